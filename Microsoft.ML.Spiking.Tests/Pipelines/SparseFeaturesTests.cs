using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Randomness;
using Microsoft.ML.Spiking.Tests.RealData;

namespace Microsoft.ML.Spiking.Tests.Pipelines;

/// <summary>Text and categories, which ML.NET makes vectors of that have thousands of zeros.</summary>
[TestClass]
public sealed class SparseFeaturesTests
{
    private const string IsSparse = "The rows are sparse";

    private readonly MLContext _ml = new(1);
    private readonly List<string> _log = [];

    [TestInitialize]
    public void Listen() => _ml.Log += (_, e) => _log.Add(e.RawMessage);

    [TestMethod]
    public void Fit_Comments_LearnsFromTheWordsThatAreThere()
    {
        IDataView comments = _ml.Data.LoadFromTextFile<Comment>(
            DataFolder.Require("wikipedia-detox-250-line-data.tsv"), hasHeader: true);
        IDataView rows = _ml.Transforms.Text.FeaturizeText("Features", nameof(Comment.Text))
            .Append(_ml.Transforms.Conversion.MapValueToKey("Label", nameof(Comment.Sentiment)))
            .Fit(comments).Transform(comments);

        MulticlassClassificationMetrics metrics = FitAndEvaluate(rows);

        Assert.Contains(message => message.Contains(IsSparse, StringComparison.Ordinal), _log);
        Assert.IsGreaterThan(0.95, metrics.MicroAccuracy);
    }

    [TestMethod]
    public void Fit_FiftyThousandCategories_LearnsEach()
    {
        IDataView table = _ml.Data.LoadFromEnumerable(Sales(3_000));
        IDataView rows = _ml.Transforms.Categorical
            .OneHotHashEncoding("Product", nameof(Sale.Product), numberOfBits: 16)
            .Append(_ml.Transforms.Concatenate("Features", "Product", nameof(Sale.Price)))
            .Append(_ml.Transforms.Conversion.MapValueToKey("Label", nameof(Sale.IsReturned)))
            .Fit(table).Transform(table);

        MulticlassClassificationMetrics metrics = FitAndEvaluate(rows);

        Assert.Contains(message => message.Contains(
            "of their 65,537 features 2 are not zero on average", StringComparison.Ordinal), _log);
        Assert.IsGreaterThan(0.95, metrics.MicroAccuracy);
    }

    private MulticlassClassificationMetrics FitAndEvaluate(IDataView rows)
    {
        SpikingPredictionTransformer model = _ml.MulticlassClassification.Trainers.SpikingClif(
            new SpikingClifTrainer.Options { Network = new Mlp(16), Epochs = 30, NumberOfThreads = 1, Seed = 1 })
            .Fit(rows);
        return _ml.MulticlassClassification.Evaluate(model.Transform(rows));
    }

    // Whether a product comes back depends on the product alone.
    private static IEnumerable<Sale> Sales(int count) => Enumerable.Range(0, count).Select(i =>
    {
        var random = new RandomStream(3, (RandomPurpose)97, item: i);
        int product = (int)(random.NextDouble() * 50_000);
        return new Sale
        {
            Product = $"product {product}",
            Price = 20 + (float)random.NextDouble(),
            IsReturned = product % 2 == 1,
        };
    });

    private sealed class Comment
    {
        [LoadColumn(0)]
        public bool Sentiment { get; set; }

        [LoadColumn(1)]
        public string Text { get; set; } = "";
    }

    private sealed class Sale
    {
        public string Product { get; set; } = "";

        public float Price { get; set; }

        public bool IsReturned { get; set; }
    }
}
