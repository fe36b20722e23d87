using System.IO.Compression;
using Microsoft.ML.Data;

namespace Microsoft.ML.Spiking.Tests.RealData;

/// <summary>The Adult table: 32,562 people, and whether they earn over 50,000 a year, as ML.NET data.</summary>
internal static class AdultTable
{
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

    /// <summary>
    /// Reads the gzipped file; the unpacked copy at <paramref name="unpacked"/> must outlive the view.
    /// </summary>
    public static IDataView Load(MLContext ml, string path, string unpacked)
    {
        using (var source = new GZipStream(File.OpenRead(path), CompressionMode.Decompress))
        using (FileStream target = File.Create(unpacked))
        {
            source.CopyTo(target);
        }
        TextLoader.Column[] columns = [.. Columns.Select((name, index) => new TextLoader.Column(
            name, Categories.Contains(name) ? DataKind.String : DataKind.Single, index))];
        return ml.Data.LoadFromTextFile(unpacked, columns, separatorChar: ',', hasHeader: true, trimWhitespace: true);
    }

    /// <summary>
    /// Returns the featurizers: categories one-hot encoded, numbers normalised, together in "Features"; the label as a
    /// key.
    /// </summary>
    public static IEstimator<ITransformer> Featurizer(MLContext ml) =>
        ml.Transforms.Categorical.OneHotEncoding(
                [.. Categories.Select(name => new InputOutputColumnPair(name + "-hot", name))])
            .Append(ml.Transforms.Concatenate("Numbers", Numbers))
            .Append(ml.Transforms.NormalizeMeanVariance("Numbers", fixZero: false))
            .Append(ml.Transforms.Concatenate("Features", ["Numbers", .. Categories.Select(name => name + "-hot")]))
            .Append(ml.Transforms.Conversion.MapValueToKey("Label", keyOrdinality:
                Transforms.ValueToKeyMappingEstimator.KeyOrdinality.ByValue));
}
