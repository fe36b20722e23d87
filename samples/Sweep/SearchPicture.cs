using Microsoft.ML.Spiking.Sweeps;
using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;
using OxyPlot.SkiaSharp;
using SkiaSharp;

namespace Sweep;

/// <summary>
/// Draws a search: at the top the score of each trial, below it the best score over the epochs spent.
/// </summary>
internal static class SearchPicture
{
    private const int Width = 1_000, Height = 400;
    private static readonly OxyColor EndColor = OxyColor.FromRgb(0x1f, 0x77, 0xb4);
    private static readonly OxyColor StoppedColor = OxyColor.FromRgb(0xff, 0x7f, 0x0e);
    private static readonly OxyColor FailedColor = OxyColor.FromRgb(0xd6, 0x27, 0x28);

    private delegate bool Group(SweepTrial trial);

    /// <summary>Writes the picture.</summary>
    /// <param name="file">A PNG.</param>
    /// <param name="title">The title.</param>
    /// <param name="result">A sweep for an accuracy.</param>
    public static void Draw(string file, string title, SweepResult result)
    {
        double lowest = Lowest(result);
        using var picture = new SKBitmap(Width, 2 * Height);
        using (var canvas = new SKCanvas(picture))
        {
            canvas.DrawImage(Image(Trials(title, result, lowest)), 0, 0);
            canvas.DrawImage(Image(Best(result, lowest)), 0, Height);
        }
        using FileStream stream = File.Create(file);
        picture.Encode(stream, SKEncodedImageFormat.Png, quality: 100);
    }

    private static PlotModel Trials(string title, SweepResult result, double lowest)
    {
        PlotModel plot = Plot("trial", lowest);
        plot.Title = title;
        Add("trained to the end", EndColor, trial => trial.State == TrialState.Completed);
        Add("ended early, smaller after fewer epochs", StoppedColor,
            trial => trial.State is not (TrialState.Completed or TrialState.Failed));
        Add("failed", FailedColor, trial => trial.State == TrialState.Failed);
        return plot;

        void Add(string name, OxyColor color, Group belongs)
        {
            var points = new ScatterSeries { Title = name, MarkerType = MarkerType.Circle, MarkerFill = color };
            points.Points.AddRange(
                from trial in result.Trials
                where belongs(trial) && trial.Score is not null
                select new ScatterPoint(trial.Number, Math.Max(lowest, 100 * trial.Score!.Value),
                    2 + (1.5 * Math.Log2(1 + trial.Epochs.Count))));
            if (points.Points.Count > 0)
            {
                plot.Series.Add(points);
            }
        }
    }

    /// <summary>Plots the epochs in the order in which they ended, in whichever process.</summary>
    private static PlotModel Best(SweepResult result, double lowest)
    {
        PlotModel plot = Plot("epochs spent", lowest);
        var all = new ScatterSeries
        {
            Title = "each epoch",
            MarkerType = MarkerType.Circle,
            MarkerFill = OxyColors.Silver,
            MarkerSize = 2.5,
        };
        var best = new StairStepSeries { Title = "best so far", Color = OxyColors.Black };
        int spent = 0;
        double highest = double.NegativeInfinity;
        foreach (SweepEpoch epoch in result.Trials.SelectMany(trial => trial.Epochs).OrderBy(epoch => epoch.Finished))
        {
            spent++;
            highest = Math.Max(highest, 100 * epoch.Score);
            all.Points.Add(new(spent, Math.Max(lowest, 100 * epoch.Score)));
            best.Points.Add(new(spent, Math.Max(lowest, highest)));
        }
        plot.Series.Add(all);
        plot.Series.Add(best);
        plot.Annotations.Add(new LineAnnotation
        {
            Type = LineAnnotationType.Horizontal,
            Y = highest,
            Color = OxyColors.Gray,
            Text = $"{highest:0.00} %, trial {result.BestTrial.Number}",
            TextVerticalAlignment = VerticalAlignment.Bottom, // above the line, where there are no points
        });
        return plot;
    }

    private static PlotModel Plot(string bottom, double lowest)
    {
        var plot =
            new PlotModel { TitleFontSize = 15, TitleFontWeight = FontWeights.Normal, Background = OxyColors.White };
        plot.Legends.Add(new Legend
        {
            LegendPlacement = LegendPlacement.Outside,
            LegendPosition = LegendPosition.TopCenter,
            LegendOrientation = LegendOrientation.Horizontal,
        });
        plot.Axes.Add(new LinearAxis
        {
            Position = AxisPosition.Bottom,
            Title = bottom,
            MinimumPadding = 0.02,
            MaximumPadding = 0.02,
        });
        plot.Axes.Add(new LinearAxis
        {
            Position = AxisPosition.Left,
            Title = "validation accuracy (%)",
            Minimum = lowest,
            MaximumPadding = 0.1,
            MajorGridlineStyle = LineStyle.Dot,
        });
        return plot;
    }

    private static SKImage Image(PlotModel plot)
    {
        using var stream = new MemoryStream();
        PngExporter.Export(plot, stream, Width, Height);
        stream.Position = 0;
        return SKImage.FromEncodedData(stream);
    }

    /// <summary>
    /// Returns the lower end of the axis: scores below it are near chance, and would squeeze the others together.
    /// </summary>
    private static double Lowest(SweepResult result)
    {
        double[] scores =
            [.. result.Trials.Where(trial => trial.Score > 0).Select(trial => 100 * trial.Score!.Value).Order()];
        double best = scores[^1], low = scores[scores.Length / 4];
        return Math.Max(0, Math.Floor(best - Math.Max(2, 1.5 * (best - low))));
    }
}
