using System.Globalization;
using System.Text;
using static System.FormattableString;

namespace Microsoft.ML.Spiking;

/// <summary>
/// The results of a training: its learning curve, and, on the rows of a data view, the confusion matrix, precision and
/// recall of each class, and the calibration of the model's probabilities.
/// </summary>
/// <remarks>
/// The expected calibration error is the mean over bars of |accuracy - confidence|, weighted by the bars' rows, the
/// confidence being the probability of the predicted class: Guo et al., "On Calibration of Modern Neural Networks",
/// ICML 2017, arXiv 1706.04599.
/// </remarks>
public sealed class TrainingReport : AnalysisReport
{
    internal TrainingReport() { }

    /// <summary>Gets the reports of the training's epochs; empty where none were given.</summary>
    public required IReadOnlyList<EpochMetrics> Epochs { get; init; }

    /// <summary>Gets the number of rows with a label that were scored.</summary>
    public required long Rows { get; init; }

    /// <summary>Gets the number of rows left out for want of a label or of finite features.</summary>
    public required long SkippedRows { get; init; }

    /// <summary>Gets the share of the rows classified correctly, 0 to 1.</summary>
    public required double Accuracy { get; init; }

    /// <summary>Gets the mean cross entropy of the rows' scores, in nats.</summary>
    public required double LogLoss { get; init; }

    /// <summary>Gets the expected calibration error, 0 to 1.</summary>
    public required double CalibrationError { get; init; }

    /// <summary>Gets the reliability diagram: bars of equal width over the confidence, 0 to 1.</summary>
    public required IReadOnlyList<ReliabilityBin> Reliability { get; init; }

    /// <summary>Gets the classes in the order of the keys.</summary>
    public required IReadOnlyList<ClassResult> Classes { get; init; }

    /// <summary>Gets the number of rows by [class of the label][predicted class], in the order of the keys.</summary>
    public required IReadOnlyList<IReadOnlyList<long>> Confusion { get; init; }

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = new StringBuilder(
            Invariant($"{Rows:N0} rows: accuracy {ReportNumbers.Percent(Accuracy)} %, log-loss ") +
            Invariant($"{LogLoss:0.0000}, expected calibration error {ReportNumbers.Percent(CalibrationError)} %\n\n"));
        var classes = new TextTable("class", "rows", "precision %", "recall %");
        foreach (ClassResult result in Classes)
        {
            classes.Add(result.Class, result.Rows, Share(result.Precision), Share(result.Recall));
        }
        var confusion = new TextTable(["label \\ predicted", .. Classes.Select(result => result.Class)]);
        for (int label = 0; label < Classes.Count; label++)
        {
            confusion.Add([Classes[label].Class, .. Confusion[label].Cast<object>()]);
        }
        var reliability = new TextTable("confidence %", "rows", "mean confidence %", "accuracy %");
        foreach (ReliabilityBin bar in Reliability.Where(bar => bar.Rows > 0))
        {
            reliability.Add(Invariant($"{100 * bar.From:0.#} to {100 * bar.To:0.#}"), bar.Rows,
                ReportNumbers.Percent(bar.Confidence), ReportNumbers.Percent(bar.Accuracy));
        }
        text.Append(classes).Append('\n').Append(confusion).Append('\n').Append(reliability);
        if (Epochs.Count > 0)
        {
            var epochs = new TextTable("epoch", "loss", "accuracy %", "validation loss", "validation accuracy %");
            foreach (EpochMetrics epoch in Epochs)
            {
                epochs.Add(epoch.Epoch, Number(epoch.Loss), ReportNumbers.Percent(epoch.Accuracy),
                    Number(epoch.ValidationLoss), Share(epoch.ValidationAccuracy));
            }
            text.Append('\n').Append(epochs);
        }
        return text.ToString();
    }

    /// <inheritdoc/>
    /// <remarks>The confusion of the classes: a line for each pair.</remarks>
    public override string ToCsv()
    {
        var table = new TextTable("Label", "Predicted", "Rows");
        for (int label = 0; label < Classes.Count; label++)
        {
            for (int predicted = 0; predicted < Classes.Count; predicted++)
            {
                table.Add(Classes[label].Class, Classes[predicted].Class, Confusion[label][predicted]);
            }
        }
        return table.ToCsv();
    }

    /// <summary>Returns the learning curve as CSV: a line for each of <see cref="Epochs"/>.</summary>
    public string EpochsToCsv()
    {
        var table = new TextTable("Epoch", "Loss", "Accuracy", "ValidationLoss", "ValidationAccuracy", "LearningRate");
        foreach (EpochMetrics epoch in Epochs)
        {
            table.Add(epoch.Epoch, epoch.Loss, epoch.Accuracy, epoch.ValidationLoss, epoch.ValidationAccuracy,
                epoch.LearningRate);
        }
        return table.ToCsv();
    }

    /// <summary>
    /// Returns precision and recall as CSV: a line for each of <see cref="Classes"/>; empty where they are null.
    /// </summary>
    public string ClassesToCsv()
    {
        var table = new TextTable("Class", "Rows", "Precision", "Recall");
        foreach (ClassResult result in Classes)
        {
            table.Add(result.Class, result.Rows, result.Precision, result.Recall);
        }
        return table.ToCsv();
    }

    /// <summary>Returns the reliability diagram as CSV: a line for each of <see cref="Reliability"/>.</summary>
    public string ReliabilityToCsv()
    {
        var table = new TextTable("From", "To", "Rows", "Confidence", "Accuracy");
        foreach (ReliabilityBin bar in Reliability)
        {
            table.Add(bar.From, bar.To, bar.Rows, bar.Confidence, bar.Accuracy);
        }
        return table.ToCsv();
    }

    private static string Share(double? share) => share is { } value ? ReportNumbers.Percent(value) : "-";

    private static string Number(double? value) => value?.ToString("0.0000", CultureInfo.InvariantCulture) ?? "-";
}

/// <summary>The results of a class.</summary>
public sealed class ClassResult
{
    internal ClassResult() { }

    /// <summary>Gets the class's name.</summary>
    public required string Class { get; init; }

    /// <summary>Gets the number of rows with that label.</summary>
    public required long Rows { get; init; }

    /// <summary>Gets the share of the rows predicted so that have the label; null where none is predicted so.</summary>
    public required double? Precision { get; init; }

    /// <summary>Gets the share of the rows with that label that are predicted so; null where there is none.</summary>
    public required double? Recall { get; init; }
}

/// <summary>
/// A bar of a reliability diagram: the rows whose predicted class has a probability within its limits.
/// </summary>
public sealed class ReliabilityBin
{
    internal ReliabilityBin() { }

    /// <summary>Gets the lowest confidence, itself excluded, except in the first bar.</summary>
    public required double From { get; init; }

    /// <summary>Gets the highest confidence.</summary>
    public required double To { get; init; }

    /// <summary>Gets the number of rows.</summary>
    public required long Rows { get; init; }

    /// <summary>Gets the mean confidence of the rows; 0 where there are none.</summary>
    public required double Confidence { get; init; }

    /// <summary>Gets the share of the rows classified correctly; 0 where there are none.</summary>
    public required double Accuracy { get; init; }
}
