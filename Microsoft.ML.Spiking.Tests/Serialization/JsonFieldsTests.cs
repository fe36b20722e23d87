using System.Text.Json;
using Microsoft.ML.Spiking.Serialization;

namespace Microsoft.ML.Spiking.Tests.Serialization;

[TestClass]
public sealed class JsonFieldsTests
{
    private static IEnumerable<(string Json, Func<JsonFields, object?> Take, object? Value)> Values =>
    [
        ("""{"type":"bell"}""", fields => fields.Type, "bell"),
        ("""{"a":"text"}""", fields => fields.Text("a"), "text"),
        ("""{"a":-3}""", fields => fields.Integer("a"), -3),
        ("""{"a":2147483647}""", fields => fields.Integer("a", 5), int.MaxValue),
        ("{}", fields => fields.Integer("a", 5), 5),
        ("""{"a":0.25}""", fields => fields.Number("a"), 0.25),
        ("""{"a":1e300}""", fields => fields.Number("a", 5), 1e300),
        ("{}", fields => fields.Number("a", 5), 5.0),
        ("""{"a":-1e999}""", fields => fields.Number("a"), double.NegativeInfinity),
        ("""{"a":-0.5}""", fields => fields.NumberOrNull("a"), -0.5),
        ("""{"a":null}""", fields => fields.NumberOrNull("a"), null),
        ("{}", fields => fields.NumberOrNull("a"), null),
        ("""{"a":true}""", fields => fields.Flag("a", missing: false), true),
        ("""{"a":false}""", fields => fields.Flag("a", missing: true), false),
        ("{}", fields => fields.Flag("a", missing: true), true),
        ("{}", fields => fields.Flag("a", missing: false), false),
        ("""{"a":"two"}""", fields => fields.Choice("a", "one", "two"), 1),
        ("""{"a":"one"}""", fields => fields.Choice("a", "one", "two"), 0),
        ("{}", fields => fields.Choice("a", "one", "two"), 0),
        ("""{"a":{"b":7}}""", fields => fields.Object("a", "kernel").Integer("b"), 7),
        ("""{"a":null}""", fields => fields.Has("a"), true),
        ("{}", fields => fields.Has("a"), false),
        ("""{"a":[3,1,2]}""", fields => string.Join(' ', fields.Integers("a")), "3 1 2"),
        ("""{"a":[]}""", fields => fields.Integers("a").Length, 0),
        ("""{"a":[true,1,"x"]}""", fields => string.Join(' ', fields.Elements("a")), "True 1 x"),
    ];

    private static IEnumerable<(string Json, Action<JsonFields> Take, string Sentence)> Faults =>
    [
        ("{}", fields => fields.Text("a"), "a layer lacks the member 'a'."),
        ("{}", fields => _ = fields.Type, "a layer lacks the member 'type'."),
        ("""{"a":1}""", fields => fields.Text("a"), OtherKind),
        ("""{"a":null}""", fields => fields.Text("a"), OtherKind),
        ("""{"a":"1"}""", fields => fields.Integer("a"), OtherKind),
        ("""{"a":1.5}""", fields => fields.Integer("a"), NoInteger),
        ("""{"a":2147483648}""", fields => fields.Integer("a", 5), NoInteger),
        ("""{"a":true}""", fields => fields.Number("a", 5), OtherKind),
        ("""{"a":"1"}""", fields => fields.NumberOrNull("a"), OtherKind),
        ("""{"a":1}""", fields => fields.Flag("a", missing: true), OtherKind),
        ("""{"a":null}""", fields => fields.Flag("a", missing: true), OtherKind),
        ("""{"a":"three"}""", fields => fields.Choice("a", "one", "two"),
            "the member 'a' of a layer is 'three'; known are one, two."),
        ("""{"a":[]}""", fields => fields.Object("a", "kernel"), OtherKind),
        ("""{"a":{}}""", fields => fields.Object("a", "kernel").Text("b"), "a kernel lacks the member 'b'."),
        ("""{"a":1}""", fields => fields.Integers("a"), OtherKind),
        ("""{"a":[1,"2"]}""", fields => fields.Integers("a"), NoInteger),
        ("""{"a":{}}""", fields => fields.Elements("a"), OtherKind),
    ];

    private const string OtherKind = "the member 'a' of a layer is of another kind than expected.";

    private const string NoInteger = "the member 'a' of a layer holds something else than a whole number from " +
        "-2147483648 to 2147483647.";

    [TestMethod]
    public void Take_MemberOrNone_GivesItsValueOrTheOneForMissing()
    {
        foreach ((string json, Func<JsonFields, object?> take, object? value) in Values)
        {
            JsonFields fields = Fields(json);

            Assert.AreEqual(value, take(fields), json);
            fields.CheckAllTaken();
        }
    }

    [TestMethod]
    public void Take_WhatIsNotThere_SaysWhich()
    {
        foreach ((string json, Action<JsonFields> take, string sentence) in Faults)
        {
            Assert.AreEqual(sentence, Assert.ThrowsExactly<JsonException>(() => take(Fields(json)), json).Message);
        }
    }

    [TestMethod]
    public void CheckAllTaken_MemberThatWasNotTaken_NamesIt()
    {
        JsonFields fields = Fields("""{"a":1,"b\n":2,"c":3}""");
        fields.Integer("a");

        Assert.AreEqual("a layer has the unknown member 'b '.",
            Assert.ThrowsExactly<JsonException>(fields.CheckAllTaken).Message);
    }

    [TestMethod]
    [DataRow("[]")]
    [DataRow("1")]
    [DataRow("null")]
    public void Create_NoObject_SaysSo(string json) => Assert.AreEqual("a layer is not a JSON object.",
        Assert.ThrowsExactly<JsonException>(() => Fields(json)).Message);

    [TestMethod]
    public void UnknownType_OfAnObject_NamesTypeAndKind() => Assert.AreEqual(
        "The file uses the type 'bell', which this version of Microsoft.ML.Spiking does not know as a layer; it is " +
        "damaged, or was written by a newer version.",
        Fields("""{"type":"bell"}""").UnknownType("The file").Message);

    [TestMethod]
    public void UnknownType_BeforeAVowel_HasTheOtherArticle() => Assert.Contains("does not know as an encoder;",
        new JsonFields(JsonDocument.Parse("""{"type":"x"}""").RootElement, "encoder").UnknownType("It").Message);

    private static JsonFields Fields(string json) => new(JsonDocument.Parse(json).RootElement, "layer");
}
