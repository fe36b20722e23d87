using System.IO.Compression;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Sweeps;
using Microsoft.ML.Transforms;

namespace Sweep;

/// <summary>The Adult table: 32,561 people, and whether they earn over 50,000 a year.</summary>
internal sealed class AdultProblem : IProblem
{
    private const double TestPart = 0.2;

    private static readonly string[] Categories =
        ["workclass", "education", "marital-status", "occupation", "relationship", "ethnicity", "sex",
            "native-country"];

    private static readonly string[] Numbers =
        ["age", "fnlwgt", "education-num", "capital-gain", "capital-loss", "hours-per-week"];

    private static readonly string[] Columns =
    [
        "age", "workclass", "fnlwgt", "education", "education-num", "marital-status", "occupation", "relationship",
        "ethnicity", "sex", "capital-gain", "capital-loss", "hours-per-week", "native-country", "Label",
    ];

    private readonly string _unpacked = Path.GetTempFileName();

    public string Name => "Adult";

    public IReadOnlyList<int>? InputShape => null;

    // Mixup of categorical rows would invent people who do not exist.
    public SweepSpace Space => SweepSpace.Default.Without(nameof(SpikingClifSweepOptions.AugmentationStrength));

    public (IDataView Search, IDataView Test) Load(MLContext ml, Arguments arguments)
    {
        string path = Path.Combine(arguments.Data, "adult.txt.gz");
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"There is no '{path}'; --data expects the folder of adult.txt.gz.");
        }
        using (var source = new GZipStream(File.OpenRead(path), CompressionMode.Decompress))
        using (FileStream target = File.Create(_unpacked))
        {
            source.CopyTo(target);
        }
        TextLoader.Column[] columns = [.. Columns.Select((name, index) => new TextLoader.Column(
            name, Categories.Contains(name) ? DataKind.String : DataKind.Single, index))];
        IDataView all =
            ml.Data.LoadFromTextFile(_unpacked, columns, separatorChar: ',', hasHeader: true, trimWhitespace: true);
        DataOperationsCatalog.TrainTestData split = ml.Data.TrainTestSplit(all, TestPart, seed: 1);
        IDataView search = arguments.Rows is int rows ? ml.Data.TakeRows(split.TrainSet, rows) : split.TrainSet;
        return (ml.Data.Cache(search), ml.Data.Cache(split.TestSet));
    }

    public IEstimator<ITransformer> Featurizers(MLContext ml) =>
        ml.Transforms.Categorical.OneHotEncoding(
            [.. Categories.Select(name => new InputOutputColumnPair(name + "-hot", name))])
            .Append(ml.Transforms.Concatenate("Numbers", Numbers))
            .Append(ml.Transforms.NormalizeMeanVariance("Numbers", fixZero: false))
            .Append(ml.Transforms.Concatenate("Features", ["Numbers", .. Categories.Select(name => name + "-hot")]))
            .Append(ml.Transforms.Conversion.MapValueToKey(
                "Label", keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByValue));

    public (string Name, IEstimator<ITransformer> Trainer)? Other(MLContext ml) =>
        ("LightGbm, defaults", ml.MulticlassClassification.Trainers.LightGbm());

    public void Dispose() => File.Delete(_unpacked);
}
