using ImageClassification;
using Microsoft.ML;
using Quickstart;

namespace ClifToLif;

/// <summary>Rows to train with, rows that the reset is chosen by, and rows that accuracies are of.</summary>
/// <param name="Train">Training rows.</param>
/// <param name="HeldOut">Rows that the reset is chosen by.</param>
/// <param name="Test">Test rows, all of the data set.</param>
internal sealed record DataSets(IDataView Train, IDataView HeldOut, IDataView Test)
{
    private const int HeldOutRows = 2000, Classes = 10;

    /// <summary>Reads MNIST.</summary>
    /// <param name="ml">The context.</param>
    /// <param name="folder">The folder of its four files.</param>
    /// <param name="rows">Training rows.</param>
    public static DataSets Mnist(MLContext ml, string folder, int rows)
    {
        IDataView all = ml.Data.LoadFromEnumerable(IdxDigits.Read(folder, "train").Take(rows + HeldOutRows)
            .Concat(IdxDigits.Read(folder, "t10k")));
        all = ml.Transforms.Conversion.ConvertType("Features", nameof(DigitImage.Pixels))
            .Append(ml.Transforms.Conversion.MapValueToKey(nameof(DigitImage.Label)))
            .Fit(all).Transform(all);
        return new(ml.Data.TakeRows(all, rows), ml.Data.TakeRows(ml.Data.SkipRows(all, rows), HeldOutRows),
            ml.Data.SkipRows(all, rows + HeldOutRows));
    }

    /// <summary>Reads CIFAR-10 and keeps its pixels in memory.</summary>
    /// <param name="ml">The context.</param>
    /// <param name="folder">A folder of train/ and test/ with class folders; null to unpack the archive.</param>
    /// <param name="rows">Training rows, of each class as many.</param>
    public static DataSets Cifar10(MLContext ml, string? folder, int rows)
    {
        int chosen = (rows + HeldOutRows) / Classes;
        ImageSets sets = ImageSets.Read(folder ?? ImageClassification.Cifar10.Folder(), chosen, testRows: null,
            validation: (double)HeldOutRows / (rows + HeldOutRows));
        var pipeline = new ImagePipeline(ml, sets.Train, size: 32);
        return new(Read(sets.Train), Read(sets.Validation), Read(sets.Test));

        IDataView Read(IReadOnlyList<ImageFile> files) => ml.Data.Cache(pipeline.Read(files), "Features", "Label");
    }
}
