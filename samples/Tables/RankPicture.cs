using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;
using OxyPlot.SkiaSharp;

namespace Tables;

/// <summary>
/// Draws by how many points each trainer is above or below LightGBM on each table, or below the best one.
/// </summary>
internal static class RankPicture
{
    private const int Width = 1_000, HeightOfTable = 45, Margins = 140;

    /// <summary>Writes the picture.</summary>
    /// <param name="file">A PNG.</param>
    /// <param name="summary">The figures to show.</param>
    public static void Draw(string file, Summary summary)
    {
        bool hasReference = summary.Trainers.Contains(Contender.LightGbm);
        var plot = new PlotModel
        {
            Title = hasReference
                ? $"accuracy against {Contender.LightGbm}, points"
                : "accuracy against the best, points",
            TitleFontSize = 15,
            TitleFontWeight = FontWeights.Normal,
            Background = OxyColors.White,
        };
        plot.Legends.Add(new Legend
        {
            LegendPlacement = LegendPlacement.Outside,
            LegendPosition = LegendPosition.TopCenter,
            LegendOrientation = LegendOrientation.Horizontal,
        });
        var tables = new CategoryAxis { Position = AxisPosition.Left, StartPosition = 1, EndPosition = 0 };
        tables.Labels.AddRange(summary.Tables);
        plot.Axes.Add(tables);
        plot.Axes.Add(new LinearAxis
        {
            Position = AxisPosition.Bottom,
            MajorGridlineStyle = LineStyle.Dot,
            MinimumPadding = 0.05,
            MaximumPadding = 0.05,
        });
        foreach (string trainer in summary.Trainers.Where(trainer => trainer != Contender.LightGbm))
        {
            var bars = new BarSeries
            {
                Title = $"{trainer}, mean rank {summary.MeanRank(trainer, split => -split.Accuracy):0.0}",
            };
            bars.Items.AddRange(summary.Tables.Select(table =>
                new BarItem(100 * (Accuracy(table, trainer) - Baseline(table)))));
            plot.Series.Add(bars);
        }
        using FileStream stream = File.Create(file);
        PngExporter.Export(plot, stream, Width, Margins + (HeightOfTable * summary.Tables.Count));

        double Accuracy(string table, string trainer) => summary.Mean(table, trainer, split => split.Accuracy);
        double Baseline(string table) => hasReference ? Accuracy(table, Contender.LightGbm)
            : summary.Trainers.Max(trainer => Accuracy(table, trainer));
    }
}
