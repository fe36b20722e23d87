using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using OxyPlot.Series;
using static System.FormattableString;

namespace Microsoft.ML.Spiking;

/// <summary>Pictures of a <see cref="TrainingReport"/>.</summary>
public static class TrainingPictures
{
    /// <summary>Draws the training's and the validation's accuracy against the epoch.</summary>
    /// <param name="report">The report; it must have epochs.</param>
    /// <exception cref="ArgumentException">The report has no epochs.</exception>
    public static Picture DrawLearningCurve(this TrainingReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        if (report.Epochs.Count == 0)
        {
            throw new ArgumentException("The report has no epochs: hand those of MetricsCallback to TrainingResults.",
                nameof(report));
        }
        PlotModel plot = Plot.New("Learning curve", hasLegend: true);
        plot.Axes.Add(Plot.Counting(AxisPosition.Bottom, "epoch", 0.5, report.Epochs[^1].Epoch + 0.5));
        plot.Axes.Add(Plot.Axis(AxisPosition.Left, "accuracy (%)"));
        Plot.AddLine(plot, 0, "training", report.Epochs.Select(epoch => ((double)epoch.Epoch, 100 * epoch.Accuracy)));
        if (report.Epochs.Any(epoch => epoch.ValidationAccuracy is not null))
        {
            Plot.AddLine(plot, 1, "validation", report.Epochs.Where(epoch => epoch.ValidationAccuracy is not null)
                .Select(epoch => ((double)epoch.Epoch, 100 * epoch.ValidationAccuracy!.Value)));
        }
        return new(plot);
    }

    /// <summary>
    /// Draws the confusion matrix: how the rows of each label were classified, in percent of the label's rows.
    /// </summary>
    /// <param name="report">The report.</param>
    public static Picture DrawConfusion(this TrainingReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        int classes = report.Classes.Count;
        PlotModel plot = Plot.New(Invariant($"Confusion, {report.Rows:N0} rows"), subtitle: "% of a label's rows");
        double[,] shares = new double[classes, classes];
        for (int label = 0; label < classes; label++)
        {
            long rows = Math.Max(1, report.Confusion[label].Sum());
            for (int predicted = 0; predicted < classes; predicted++)
            {
                // The first label is drawn at the top.
                shares[predicted, classes - 1 - label] = 100.0 * report.Confusion[label][predicted] / rows;
            }
        }
        string[] names = [.. report.Classes.Select(result => result.Class)];
        plot.Axes.Add(Plot.Names(AxisPosition.Bottom, "predicted", names));
        plot.Axes.Add(Plot.Names(AxisPosition.Left, "label", names.Reverse()));
        plot.Axes.Add(new LinearColorAxis
        {
            Position = AxisPosition.Right,
            Palette = OxyPalette.Interpolate(100, OxyColors.White, Plot.Shade(1)),
            Minimum = 0,
            Maximum = 100,
        });
        plot.Series.Add(new HeatMapSeries
        {
            X0 = 0,
            X1 = classes - 1,
            Y0 = 0,
            Y1 = classes - 1,
            Data = shares,
            Interpolate = false,
            RenderMethod = HeatMapRenderMethod.Rectangles,
            LabelFontSize = classes <= 20 ? 0.25 : 0,
            LabelFormatString = "0.#",
        });
        return new(plot);
    }

    /// <summary>Draws the reliability diagram: accuracy against confidence. On the dashed line both agree.</summary>
    /// <param name="report">The report.</param>
    public static Picture DrawReliability(this TrainingReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        PlotModel plot = Plot.New(Invariant($"Reliability, {report.Rows:N0} rows"),
            subtitle: Invariant($"expected calibration error {100 * report.CalibrationError:0.00} %"));
        plot.Axes.Add(Plot.Axis(AxisPosition.Bottom, "confidence (%)", 0, 100));
        plot.Axes.Add(Plot.Axis(AxisPosition.Left, "accuracy (%)", 0, 100));
        Plot.AddBars(plot, 0, null, report.Reliability.Where(bar => bar.Rows > 0)
            .Select(bar => (100 * bar.From, 100 * bar.To, 100 * bar.Accuracy)));
        plot.Annotations.Add(new LineAnnotation
        {
            Type = LineAnnotationType.LinearEquation,
            Slope = 1,
            Color = OxyColors.Black,
            LineStyle = LineStyle.Dash,
        });
        return new(plot);
    }
}
