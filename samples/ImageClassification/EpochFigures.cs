using System.Globalization;
using Microsoft.ML.Spiking;

namespace ImageClassification;

/// <summary>The figures of an epoch that the learning curve shows.</summary>
/// <param name="Epoch">The epoch, counted from 1.</param>
/// <param name="Loss">Mean loss while training on the augmented images.</param>
/// <param name="Accuracy">Accuracy on those images, 0 to 1.</param>
/// <param name="ValidationLoss">Mean cross entropy of the validation images; null without them.</param>
/// <param name="ValidationAccuracy">Accuracy from 0 to 1; null without validation images.</param>
/// <param name="ImagesPerSecond">Speed of training.</param>
/// <param name="FiringRate">Spikes per neuron and time step, 0 to 1.</param>
internal sealed record EpochFigures(
    int Epoch, double Loss, double Accuracy, double? ValidationLoss, double? ValidationAccuracy,
    double ImagesPerSecond, double FiringRate)
{
    /// <summary>The header of the lines that <see cref="ToString"/> writes.</summary>
    public const string Header =
        "epoch,loss,accuracy,validation loss,validation accuracy,images per second,firing rate";

    public static EpochFigures Of(EpochMetrics metrics) => new(metrics.Epoch, metrics.Loss, metrics.Accuracy,
        metrics.ValidationLoss, metrics.ValidationAccuracy, metrics.RowsPerSecond, metrics.MeanFiringRate);

    /// <exception cref="FormatException">The line is not one of <see cref="ToString"/>.</exception>
    public static EpochFigures Parse(string line)
    {
        double?[] numbers = [.. line.Split(',').Select(Number)];
        return numbers is
            [
                double epoch, double loss, double accuracy, var validationLoss, var validation, double speed,
                double rate,
            ]
            ? new((int)epoch, loss, accuracy, validationLoss, validation, speed, rate)
            : throw new FormatException($"'{line}' does not have the columns {Header}.");
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Epoch},{Loss:R},{Accuracy:R},{ValidationLoss:R},{ValidationAccuracy:R},{ImagesPerSecond:0.0}," +
        $"{FiringRate:R}");

    private static double? Number(string text) =>
        text.Length == 0 ? null : double.Parse(text, CultureInfo.InvariantCulture);
}
