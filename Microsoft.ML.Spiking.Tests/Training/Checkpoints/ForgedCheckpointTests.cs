using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Serialization;
using Microsoft.ML.Spiking.Training.Checkpoints;
using Microsoft.ML.Spiking.Training.Loop;

namespace Microsoft.ML.Spiking.Tests.Training.Checkpoints;

/// <summary>
/// Checkpoints with the right checksum and wrong content: each is refused with one sentence, or the training that
/// resumes from it ends like the uninterrupted one.
/// </summary>
[TestClass]
public sealed class ForgedCheckpointTests
{
    private const int HeaderLength = 44; // "SPKCHECK", version, SHA-256

    private static readonly TrainingSettings Settings = Toy.Settings with
    {
        Epochs = 4,
        Optimizer = OptimizerKind.AdamW,
        LearningRate = 0.01,
        GradientAccumulation = 2,
    };

    // Running statistics and a learned value.
    private static readonly NetworkDefinition Network = new NetworkBuilder().Linear(6).BatchNorm().Neuron().Build()
        .Bind(new([Toy.Features], Toy.Classes, TimeSteps: 2, new DirectEncoder(), new PlifNeuron(), Dropout: 0));

    private static Checkpoint _checkpoint = null!;
    private static JsonNode _state = null!;
    private static float[] _expected = null!;

    /// <summary>In epoch 3 of 4, after 3 batches of 4, of which the last waits for its group's step.</summary>
    [ClassInitialize]
    public static void Stop(TestContext context)
    {
        var place = new MemoryPlace();
        using var stop = new CancellationTokenSource();
        var observer = new RecordingObserver
        {
            OnBatch = progress =>
            {
                if (progress is { Epoch: 3, Rows: 48 })
                {
                    stop.Cancel();
                }
            },
        };
        Assert.Throws<OperationCanceledException>(
            () => TrainingLoop.Run(Network, null, Toy.Rows(60), Toy.Rows(20, seed: 6),
            Settings, observer, stop.Token, new(place, LastEpoch: 4)));
        _checkpoint = place.Read()!;
        Assert.AreEqual((3, 3L, 1),
            (_checkpoint.State.Epoch, _checkpoint.State.Batches, _checkpoint.State.Pending?.Batches));
        using var stream = new MemoryStream();
        CheckpointFile.Write(stream, _checkpoint);
        byte[] bytes = stream.ToArray();
        int length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(HeaderLength));
        _state = JsonNode.Parse(bytes.AsSpan(HeaderLength + sizeof(int), length))!;
        _expected = Toy.Flat(Toy.Train(Settings, Toy.Rows(60), Toy.Rows(20, seed: 6), network: Network).Weights);
    }

    [TestMethod]
    public void Run_AnyFieldOfTheStateForged_IsRefusedOrHarmless()
    {
        using var folder = new TemporaryFolder();
        Assert.IsFalse(IsRefused(folder, _state, _checkpoint.Arrays, "nothing forged"));
        var accepted = new List<string>();
        int count = 0;
        foreach (string path in Paths(_state, "").ToArray())
        {
            foreach ((string change, Action<JsonNode> forge) in Forgeries(path))
            {
                JsonNode state = _state.DeepClone();
                forge(state);
                count++;
                if (!IsRefused(folder, state, _checkpoint.Arrays, $"{path} {change}"))
                {
                    accepted.Add($"{path} {change}");
                }
            }
        }
        Assert.IsGreaterThan(300, count);
        // Fields that may have any value of their type decide nothing: times, the metrics of past epochs, and the like.
        string[] free =
            ["Seed", "Seconds", "Loss", "LastFiniteLoss", "Weight", "Places", "LearningRate", "RowsPerSecond",
            "WaitingShare", "/Validation", "Rate", "Accuracy", "Spikes", "MemoryBudget"];
        string[] others =
        [
            .. accepted.Where(forgery => !free.Any(name => forgery.Contains(name, StringComparison.Ordinal))
                && !IsOptionOfNone(forgery)),
        ];
        Assert.IsEmpty(others, string.Join(", ", others));
    }

    [TestMethod]
    public void Run_AnyArrayForged_IsRefused()
    {
        using var folder = new TemporaryFolder();
        for (int i = 0; i < _checkpoint.Arrays.Count; i++)
        {
            WeightArray array = _checkpoint.Arrays[i];
            foreach ((string change, WeightArray[] forged) in Forgeries(array))
            {
                WeightArray[] arrays = [.. _checkpoint.Arrays.Take(i), .. forged, .. _checkpoint.Arrays.Skip(i + 1)];
                bool isOptional = change == "removed" && array.Name.StartsWith("gradient/", StringComparison.Ordinal);
                Assert.AreNotEqual(isOptional,
                    IsRefused(folder, _state, arrays, $"{array.Name} {change}", compares: !isOptional));
            }
        }
        Assert.IsTrue(IsRefused(folder, _state, [], "no arrays"));
    }

    /// <summary>An absent option counts as "none".</summary>
    private static bool IsOptionOfNone(string forgery) => forgery.EndsWith(" removed", StringComparison.Ordinal)
        && forgery.StartsWith("/Identity/Options/", StringComparison.Ordinal)
        && At(_state, forgery[..forgery.LastIndexOf(' ')]).GetValue<string>() == "none";

    private static IEnumerable<(string Change, WeightArray[] Arrays)> Forgeries(WeightArray array)
    {
        float[] values = array.Values.ToArray();
        yield return ("removed", []);
        yield return ("twice", [array, array]);
        yield return ("renamed", [array.Named(array.Name + "x")]);
        yield return ("in the optimizer", [array.Named("optimizer/" + array.Name)]);
        yield return ("longer", [new(array.Name, [values.Length + 1], [.. values, 0])]);
        yield return ("of another rank", [new(array.Name, [.. array.Shape, 1], values)]);
        foreach (float value in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
        {
            yield return ($"with {value}", [new(array.Name, array.Shape, [.. values[..^1], value])]);
        }
        if (array.Name.Contains("var", StringComparison.Ordinal)
            && !array.Name.StartsWith("gradient", StringComparison.Ordinal)
            && !array.Name.StartsWith("optimizer/first", StringComparison.Ordinal)
            || array.Name.StartsWith("optimizer/second", StringComparison.Ordinal))
        {
            yield return ("negative", [new(array.Name, array.Shape, [.. values[..^1], -1f])]);
        }
    }

    private static IEnumerable<(string Change, Action<JsonNode> Forge)> Forgeries(string path)
    {
        string parent = path[..path.LastIndexOf('/')], name = path[(path.LastIndexOf('/') + 1)..];
        yield return ("removed", state =>
        {
            if (At(state, parent) is JsonArray array)
            {
                array.RemoveAt(int.Parse(name, CultureInfo.InvariantCulture));
            }
            else
            {
                At(state, parent).AsObject().Remove(name);
            }
        }
        );
        // Wrong types, numbers out of range, lists that are empty, of nulls, or twice as long.
        string[] values =
        [
            "null", "\"x\"", "true", "{}", "[]", "[null]", "-1", "0.5", "2147483647", "9223372036854775807", "1e300",
            "\"NaN\"", "\"Infinity\"", "\"-Infinity\"",
        ];
        foreach (string value in values)
        {
            if (JsonNode.DeepEquals(JsonNode.Parse(value), At(_state, path)))
            {
                continue;
            }
            yield return (value, state => Replace(At(state, parent), name, JsonNode.Parse(value)));
        }
        if (At(_state, path) is JsonArray list)
        {
            yield return ("doubled", state => Replace(At(state, parent), name,
                new JsonArray([.. list.Concat(list).Select(item => item?.DeepClone())])));
        }
    }

    private static void Replace(JsonNode parent, string name, JsonNode? value)
    {
        if (parent is JsonArray array)
        {
            array[int.Parse(name, CultureInfo.InvariantCulture)] = value;
        }
        else
        {
            parent[name] = value;
        }
    }

    private static JsonNode At(JsonNode node, string path) =>
        path.Split('/', StringSplitOptions.RemoveEmptyEntries).Aggregate(
        node, (at, name) => at is JsonArray array ? array[int.Parse(name, CultureInfo.InvariantCulture)]! : at[name]!);

    /// <summary>Returns all fields; of lists of numbers only the first.</summary>
    private static IEnumerable<string> Paths(JsonNode node, string path)
    {
        IEnumerable<(string Name, JsonNode? Value)> children = node switch
        {
            JsonObject fields => fields.Select(field => (field.Key, field.Value)),
            JsonArray items => items.Take(1).Select(item => ("0", item)),
            _ => [],
        };
        foreach ((string name, JsonNode? value) in children)
        {
            yield return $"{path}/{name}";
            if (value is null || path.EndsWith("Options", StringComparison.Ordinal))
            {
                continue;
            }
            foreach (string inner in Paths(value, $"{path}/{name}"))
            {
                yield return inner;
            }
        }
    }

    private static bool IsRefused(
        TemporaryFolder folder, JsonNode state, IReadOnlyList<WeightArray> arrays, string forgery, bool compares = true)
    {
        File.WriteAllBytes(Path.Combine(folder.Path, CheckpointFolder.FileName), Forged(state, arrays));
        TrainingOutcome? outcome = null;
        Exception? refusal = null;
        try
        {
            outcome = Toy.Train(Settings with { CheckpointFolder = folder.Path }, Toy.Rows(60), Toy.Rows(20, seed: 6),
                network: Network);
        }
        catch (Exception exception)
        {
            refusal = exception;
        }
        if (outcome is null)
        {
            Assert.IsExactInstanceOfType<InvalidOperationException>(refusal, forgery);
            Assert.StartsWith("The training cannot be resumed from '", refusal.Message, forgery);
            Assert.MatchesRegex("[Dd]elete the file to start again\\.$", refusal.Message, forgery);
            return true;
        }
        Assert.HasCount(4, outcome.History, forgery);
        // Another valid weight or validation score gives another training, which no check of a single file can detect.
        bool isPossible = forgery.Contains("/Validation", StringComparison.Ordinal) || forgery == "/Pending/Weight 0.5";
        if (compares && !isPossible)
        {
            Assert.AreSequenceEqual(_expected, Toy.Flat(outcome.Weights), forgery);
        }
        return false;
    }

    /// <summary>Returns a file with the right checksum.</summary>
    private static byte[] Forged(JsonNode state, IReadOnlyList<WeightArray> arrays)
    {
        using var stream = new MemoryStream();
        CheckpointFile.Write(stream, _checkpoint);
        byte[] header = stream.ToArray()[..HeaderLength];
        using var content = new MemoryStream();
        byte[] json = System.Text.Encoding.UTF8.GetBytes(state.ToJsonString());
        byte[] length = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, json.Length);
        content.Write(length);
        content.Write(json);
        SafetensorsWriter.Write(content, arrays);
        SHA256.HashData(content.ToArray()).CopyTo(header, HeaderLength - SHA256.HashSizeInBytes);
        return [.. header, .. content.ToArray()];
    }
}
