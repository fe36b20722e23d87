using System.Globalization;
using Microsoft.ML.Spiking.Training;

namespace ImageClassification;

/// <summary>What the learning curve shows of an epoch.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Loss">Mean loss while training on the augmented images.</param>
/// <param name="Accuracy">Of those images, 0 to 1.</param>
/// <param name="ValidationLoss">Mean cross entropy of the validation images; null without them.</param>
/// <param name="ValidationAccuracy">0 to 1; null without validation images.</param>
/// <param name="RowsPerSecond">Images trained on in a second.</param>
internal sealed record EpochFigures(
    int Epoch, double Loss, double Accuracy, double? ValidationLoss, double? ValidationAccuracy, double RowsPerSecond)
{
    /// <summary>The line above the lines that <see cref="ToString"/> writes.</summary>
    public const string Header = "epoch,loss,accuracy,validation loss,validation accuracy,rows per second";

    public static EpochFigures Of(EpochMetrics metrics) => new(metrics.Epoch, metrics.Loss, metrics.Accuracy,
        metrics.ValidationLoss, metrics.ValidationAccuracy, metrics.RowsPerSecond);

    /// <exception cref="FormatException">The line is not one of <see cref="ToString"/>.</exception>
    public static EpochFigures Parse(string line) => line.Split(',') is [string epoch, string loss, string accuracy, string validationLoss, string validationAccuracy, string rows]
        ? new(int.Parse(epoch, CultureInfo.InvariantCulture), Number(loss), Number(accuracy), NumberOrNull(validationLoss), NumberOrNull(validationAccuracy), Number(rows))
        : throw new FormatException($"'{line}' has not the columns {Header}.");

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Epoch},{Loss:R},{Accuracy:R},{ValidationLoss:R},{ValidationAccuracy:R},{RowsPerSecond:0.0}");

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static double? NumberOrNull(string text) => text.Length == 0 ? null : Number(text);
}
