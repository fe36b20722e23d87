using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;
using OxyPlot.SkiaSharp;
using SkiaSharp;

namespace ImageClassification;

/// <summary>Draws loss and accuracy against epochs.</summary>
internal static class LearningCurve
{
    private const int Width = 900, Height = 640;
    private const string Accuracy = "accuracy", Loss = "loss";
    private const string Font = "DejaVu Sans"; // a system without it takes another font
    private static readonly OxyColor TrainingColor = OxyColor.FromRgb(0x1f, 0x77, 0xb4);
    private static readonly OxyColor ValidationColor = OxyColor.FromRgb(0xd6, 0x27, 0x28);

    /// <summary>Gets whether there is a font; systems without a screen may have none.</summary>
    public static bool CanDraw { get; } = HasFont();

    /// <summary>Writes the picture, a PNG.</summary>
    /// <param name="file">A PNG.</param>
    /// <param name="title">The title.</param>
    /// <param name="epochs">In their order; at least one.</param>
    /// <param name="last">The number of epochs of the whole training.</param>
    public static void Draw(string file, string title, IReadOnlyList<EpochFigures> epochs, int last)
    {
        var plot = new PlotModel
        {
            Title = title,
            TitleFontSize = 15,
            TitleFontWeight = FontWeights.Normal,
            DefaultFont = Font,
            Background = OxyColors.White,
            PlotAreaBorderThickness = new OxyThickness(0),
        };
        plot.Legends.Add(new Legend
        {
            LegendPlacement = LegendPlacement.Outside,
            LegendPosition = LegendPosition.TopCenter,
            LegendOrientation = LegendOrientation.Horizontal,
        });
        plot.Axes.Add(new LinearAxis
        {
            Position = AxisPosition.Bottom,
            Title = "epoch",
            Minimum = 0,
            Maximum = last + 0.5,
            MinimumMajorStep = 1,
            MinorTickSize = 0,
            AxislineStyle = LineStyle.Solid,
            MajorGridlineStyle = LineStyle.Dot,
        });
        plot.Axes.Add(Vertical(Accuracy, "accuracy (%)", from: 0.52, to: 1));
        plot.Axes.Add(Vertical(Loss, "loss", from: 0, to: 0.48));
        Add(plot, epochs, Accuracy, "training, on augmented images", TrainingColor, epoch => 100 * epoch.Accuracy);
        Add(plot, epochs, Accuracy, "validation", ValidationColor, epoch => 100 * epoch.ValidationAccuracy);
        Add(plot, epochs, Loss, null, TrainingColor, epoch => epoch.Loss);
        Add(plot, epochs, Loss, null, ValidationColor, epoch => epoch.ValidationLoss);
        using FileStream stream = File.Create(file);
        PngExporter.Export(plot, stream, Width, Height);
    }

    private static bool HasFont()
    {
        using SKTypeface? typeface = SKTypeface.FromFamilyName(Font);
        using SKStreamAsset? file = typeface?.OpenStream();
        return file is not null;
    }

    private static LinearAxis Vertical(string key, string title, double from, double to) => new()
    {
        Key = key,
        Position = AxisPosition.Left,
        Title = title,
        MinorTickSize = 0,
        AxislineStyle = LineStyle.Solid,
        MinimumPadding = 0.05,
        MaximumPadding = 0.05,
        StartPosition = from,
        EndPosition = to,
        MajorGridlineStyle = LineStyle.Dot,
    };

    private static void Add(
        PlotModel plot, IReadOnlyList<EpochFigures> epochs, string axis, string? title, OxyColor color,
        Func<EpochFigures, double?> value)
    {
        var line = new LineSeries
        {
            YAxisKey = axis,
            Title = title,
            Color = color,
            StrokeThickness = 2,
            MarkerType = MarkerType.Circle,
            MarkerSize = 3,
            MarkerFill = color,
        };
        line.Points.AddRange(
            from epoch in epochs
            let height = value(epoch)
            where height is not null
            select new DataPoint(epoch.Epoch, height.Value));
        if (line.Points.Count > 0)
        {
            plot.Series.Add(line);
        }
    }
}
