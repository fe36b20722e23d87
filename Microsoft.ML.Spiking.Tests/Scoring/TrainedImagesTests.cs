using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Scoring.Scorers;

namespace Microsoft.ML.Spiking.Tests.Scoring;

/// <summary>Images from the trainer to the scores of a loaded model.</summary>
[TestClass]
[TestCategory(SlowTests.Category)]
public sealed class TrainedImagesTests
{
    private const int Side = 8;

    private readonly MLContext _ml = new(1);

    [TestMethod]
    public void Load_TrainedConvNet_ScoresAsBeforeAndTellsTheImagesApart()
    {
        IDataView images = Keyed(Draw(120, seed: 1));
        SpikingPredictionTransformer model = Flowers.Fit(_ml, images, options =>
        {
            options.Network = new ConvNet(8, 12);
            options.InputShape = [1, Side, Side];
            options.TimeSteps = 4;
            options.Epochs = 6;
        });
        using var stream = new MemoryStream();
        _ml.Model.Save(model, images.Schema, stream);
        var loaded = (SpikingPredictionTransformer)_ml.Model.Load(stream, out _);

        List<Picture> others = Draw(60, seed: 2);
        float[] before = Scores(model, others), after = Scores(loaded, others);

        Assert.AreSequenceEqual(before, after);
        Assert.IsGreaterThan(0.8, _ml.MulticlassClassification.Evaluate(loaded.Transform(Keyed(others))).MicroAccuracy);
        var reference = new ReferenceNetwork(loaded.Model.Network, loaded.Model.Weights);
        float[][] actual = [.. after.Chunk(3)];
        int different = others.Select((image, row) => reference.Score(image.Features).Zip(actual[row])
            .Any(score => !(Math.Abs(score.First - score.Second) <= 1e-4))).Count(isDifferent => isDifferent);
        Assert.IsLessThanOrEqualTo(1, different, "rows with a flipped spike");
    }

    private static float[] Scores(SpikingPredictionTransformer model, List<Picture> images)
    {
        using var scorer = new ManagedScorer(model.Model.Network, model.Model.Weights);
        float[] scores = new float[images.Count * 3];
        scorer.Score([.. images.SelectMany(image => image.Features)], images.Count, scores);
        return scores;
    }

    private IDataView Keyed(IEnumerable<Picture> images) => _ml.Data.LoadFromEnumerable(images);

    // A horizontal bar, a vertical bar or a square, somewhere, in noise.
    private static List<Picture> Draw(int count, int seed)
    {
        var random = new Random(seed);
        return
        [
            .. Enumerable.Range(0, count).Select(i =>
            {
                (int height, int width) = (i % 3) switch { 0 => (1, 5), 1 => (5, 1), _ => (3, 3) };
                int top = random.Next(Side - height + 1), left = random.Next(Side - width + 1);
                return new Picture
                {
                    Label = (uint)(i % 3),
                    Features =
                    [
                        .. from y in Enumerable.Range(0, Side)
                           from x in Enumerable.Range(0, Side)
                           let isInside = y >= top && y < top + height && x >= left && x < left + width
                           select (isInside ? 1 : 0) + (0.1f * random.NextSingle()),
                    ],
                };
            }),
        ];
    }

    private sealed class Picture
    {
        [KeyType(3)]
        public uint Label { get; set; }

        [VectorType(Side * Side)]
        public float[] Features { get; set; } = [];
    }
}
