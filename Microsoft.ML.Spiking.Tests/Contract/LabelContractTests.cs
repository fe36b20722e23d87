using Microsoft.ML.Data;

namespace Microsoft.ML.Spiking.Tests.Contract;

/// <summary>Labels of many types and numbers of keys, from training through the zip to the predicted value.</summary>
[TestClass]
public sealed class LabelContractTests
{
    private readonly MLContext _ml = new(1);

    public required TestContext TestContext { get; init; }

    [TestMethod]
    public void PredictedLabel_OfEveryTypeOfLabel_IsTheLabelAgain()
    {
        var table = new ContractTable(TestContext);
        Check(table, "text", i => "abc"[i % 3].ToString());
        Check(table, "text with blanks, quotes and other scripts", i =>
            new[] { " x ", "a \"b\", c", "\u0130\u4e2d\u00df" }[i % 3]);
        Check(table, "Boolean", i => i % 3 == 0);
        Check(table, "Byte", i => (byte)(i % 3 * 100));
        Check(table, "Int16", i => (short)((i % 3) - 1));
        Check(table, "Int32", i => i % 3 * -1_000_000);
        Check(table, "UInt64", i => ulong.MaxValue - (ulong)(i % 3));
        Check(table, "Single", i => i % 3 / 2f);
        Check(table, "Double", i => Math.Pow(10, 100 * (i % 3)));
        Check(table, "DateTime", i => new DateTime(2000 + (i % 3), 2, 3, 4, 5, 6, DateTimeKind.Unspecified));
        Check(table, "TimeSpan", i => TimeSpan.FromTicks(i % 3));
        table.AssertAllPassed();
    }

    [TestMethod]
    public void PredictedLabel_OfManyKeys_HasThemAll()
    {
        var table = new ContractTable(TestContext);
        foreach (int classes in new[] { 2, 3, 10, 300 })
        {
            IDataView data = Labels.Keyed(_ml, i => i % classes, count: 2 * classes);
            ITransformer model = Flowers.Fit(_ml, data, options => options.Epochs = 1);
            IDataView scored = Subject.Reload(model, data.Schema).Transform(data);
            table.Check($"{classes} keys", "the predicted label is a key of as many, with their values", () =>
            {
                Assert.AreEqual(data.Schema["Label"].Type, scored.Schema["PredictedLabel"].Type);
                VBuffer<int> values = default;
                scored.Schema["PredictedLabel"].GetKeyValues(ref values);
                Assert.AreSequenceEqual(Enumerable.Range(0, classes).ToArray(), values.DenseValues().ToArray());
            });
            table.Check($"{classes} keys", "there are as many scores, which add up to 1", () =>
            {
                foreach (float[] scores in scored.GetColumn<float[]>("Score"))
                {
                    Assert.HasCount(classes, scores);
                    Assert.AreEqual(1, scores.Sum(), 1e-4);
                }
            });
            table.Check($"{classes} keys", "Evaluate takes them", () =>
                Assert.HasCount(classes, _ml.MulticlassClassification.Evaluate(scored).PerClassLogLoss));
        }
        table.AssertAllPassed();
    }

    [TestMethod]
    public void Fit_KeysOfOtherRawTypes_AreRefusedByName()
    {
        var table = new ContractTable(TestContext);
        foreach (DataKind kind in new[] { DataKind.Byte, DataKind.UInt16, DataKind.UInt64 })
        {
            IDataView source = Flowers.Keyed(_ml);
            IDataView data = _ml.Transforms.Conversion.ConvertType("Label", outputKind: kind).Fit(source)
                .Transform(source);
            table.Check($"Key<{kind}>", "refused with the column's name, its type and what to do", () =>
            {
                string message = Assert.Throws<ArgumentException>(() => Flowers.Fit(_ml, data)).Message;
                Assert.Contains("'Label'", message);
                Assert.Contains($"Key<{kind}>", message);
                Assert.Contains("MapValueToKey", message);
            });
        }
        table.AssertAllPassed();
    }

    private void Check<T>(ContractTable table, string type, Func<int, T> label)
    {
        IDataView data = Labels.Keyed(_ml, label);
        table.Check(type, "the predicted label, mapped to its value, is the label; saved and loaded", () =>
        {
            ITransformer model = Flowers.Fit(_ml, data);
            foreach (ITransformer transformer in new[] { model, Subject.Reload(model, data.Schema) })
            {
                IDataView scored = transformer.Transform(data);
                IDataView named = _ml.Transforms.Conversion.MapKeyToValue("PredictedLabel")
                    .Append(_ml.Transforms.Conversion.MapKeyToValue("Label")).Fit(scored).Transform(scored);
                Assert.AreEqual(named.Schema["Label"].Type, named.Schema["PredictedLabel"].Type);
                Assert.IsGreaterThan(0.85, RowReader.ReadAll(named, "Label", "PredictedLabel")
                    .Average(row => row[0].Equals(row[1]) ? 1.0 : 0.0));
            }
        });
    }
}
