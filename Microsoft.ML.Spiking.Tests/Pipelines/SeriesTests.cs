using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Networks;

namespace Microsoft.ML.Spiking.Tests.Pipelines;

/// <summary>
/// Rows of [time steps, features]: a pulse moves up or down the features; only the order distinguishes them.
/// </summary>
[TestClass]
public sealed class SeriesTests
{
    private const int Steps = 6;
    private const int Features = 4;

    private readonly MLContext _ml = new(1);
    private readonly List<(Runtime.ChannelMessageKind Kind, string Text)> _lines = [];

    public SeriesTests() => _ml.Log += (_, e) => _lines.Add((e.Kind, e.RawMessage));

    [TestMethod]
    [DataRow(new[] { Steps, Features }, null, true)]
    [DataRow(new[] { Steps, Features }, new[] { Steps, Features }, false)]
    [DataRow(new[] { Steps * Features }, new[] { Steps, Features }, false)]
    public void Fit_Series_LearnsTheirOrderAndSaysWhoDecidesTheSteps(int[] column, int[]? given, bool isAssumed)
    {
        IDataView train = Rows(column, 120, seed: 1), test = Rows(column, 60, seed: 2);

        SpikingPredictionTransformer model = Fit(train, options => options.InputShape = given);

        NetworkDefinition network = model.Model.Network;
        Assert.AreEqual((Steps, true), (network.TimeSteps, network.HasTimeAxis));
        Assert.AreSequenceEqual([Features], network.InputShape.ToArray());
        Assert.IsGreaterThan(0.9, _ml.MulticlassClassification.Evaluate(model.Transform(test)).MicroAccuracy);
        Assert.Contains((Runtime.ChannelMessageKind.Info,
            "The rows bring 6 time steps, each [4]; the option TimeSteps, 2, is not used."), _lines);
        Assert.AreEqual(isAssumed, _lines.Contains((Runtime.ChannelMessageKind.Warning,
            "The feature column 'Features' has two dimensions, which are taken as 6 time steps of 4 features. Set " +
            "InputShape to [6, 4] to confirm that, to [24] for vectors without time, or to [1, 6, 4] for images of " +
            "one channel.")));
    }

    [TestMethod]
    public void Fit_SeriesAsVectors_HaveNoTime()
    {
        SpikingPredictionTransformer model = Fit(
            Rows([Steps, Features], 30, seed: 1), options => options.InputShape = [Steps * Features]);

        Assert.IsFalse(model.Model.Network.HasTimeAxis);
        Assert.AreSequenceEqual([Steps * Features], model.Model.Network.InputShape.ToArray());
        Assert.AreEqual(2, model.Model.Network.TimeSteps);
    }

    [TestMethod]
    public void Fit_SeriesWithAnEncoderOfSpikes_NamesTheWayOut() => Assert.Contains(
        "need the DirectEncoder, not a PoissonEncoder. To take the rows of column 'Features' as vectors, set " +
        "InputShape to [24].",
        Assert.ThrowsExactly<NetworkDefinitionException>(
            () => Fit(Rows([Steps, Features], 30, seed: 1), options => options.Encoder = new PoissonEncoder()))
            .Message);

    [TestMethod]
    public void Transform_SeriesWithTheFeaturesFirst_IsRefusedAndAFlatOneIsNot()
    {
        SpikingPredictionTransformer model = Fit(Rows([Steps, Features], 30, seed: 1));

        Assert.Contains("[4, 6]", Assert.Throws<ArgumentException>(
            () => model.Transform(Rows([Features, Steps], 30, seed: 1))).Message);
        float[][] expected = [.. model.Transform(Rows([Steps, Features], 30, seed: 1)).GetColumn<float[]>("Score")];
        float[][] flat = [.. model.Transform(Rows([Steps * Features], 30, seed: 1)).GetColumn<float[]>("Score")];
        for (int i = 0; i < 30; i++)
        {
            Assert.AreSequenceEqual(expected[i], flat[i]);
        }
    }

    private SpikingPredictionTransformer Fit(IDataView data, Action<SpikingClifTrainer.Options>? change = null) =>
        Flowers.Fit(_ml, data, options =>
        {
            (options.Epochs, options.Dropout) = (25, 0);
            change?.Invoke(options);
        });

    private IDataView Rows(int[] column, int count, int seed)
    {
        var random = new Random(seed);
        var schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, column);
        return _ml.Data.LoadFromEnumerable(
            Enumerable.Range(0, count).Select(i =>
            {
                float[] row = [.. Enumerable.Range(0, Steps * Features).Select(_ => 0.3f * random.NextSingle())];
                for (int t = 0; t < Steps; t++)
                {
                    row[(t * Features) + ((i % 2 == 0 ? t : Steps - t) % Features)] += 1;
                }
                return new Row { Features = row, Label = (uint)(i % 2) };
            }).ToArray(),
            schema);
    }

    private sealed class Row
    {
        [KeyType(2)]
        public uint Label { get; set; }

        public float[] Features { get; set; } = [];
    }
}
