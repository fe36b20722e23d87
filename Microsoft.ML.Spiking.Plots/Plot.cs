using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;

namespace Microsoft.ML.Spiking;

/// <summary>The parts that all pictures are made of: one look, colors that differ in brightness too.</summary>
internal static class Plot
{
    private const string Font = "DejaVu Sans"; // a system without it takes another

    private static readonly OxyColor[] Colors =
    [
        OxyColor.FromRgb(0x00, 0x72, 0xb2), OxyColor.FromRgb(0xd5, 0x5e, 0x00), OxyColor.FromRgb(0x00, 0x9e, 0x73),
        OxyColor.FromRgb(0xcc, 0x79, 0xa7), OxyColor.FromRgb(0xe6, 0x9f, 0x00), OxyColor.FromRgb(0x56, 0xb4, 0xe9),
        OxyColor.FromRgb(0x55, 0x55, 0x55),
    ];

    private static readonly MarkerType[] Markers =
        [MarkerType.Circle, MarkerType.Square, MarkerType.Triangle, MarkerType.Diamond];

    public static OxyColor Color(int index) => Colors[index % Colors.Length];

    public static PlotModel New(string title, bool hasLegend = false)
    {
        var plot = new PlotModel
        {
            Title = title,
            TitleFontSize = 15,
            TitleFontWeight = FontWeights.Normal,
            DefaultFont = Font,
            Background = OxyColors.White,
            PlotAreaBorderColor = OxyColors.Gray,
            IsLegendVisible = hasLegend,
        };
        if (hasLegend)
        {
            plot.Legends.Add(new Legend
            {
                LegendPlacement = LegendPlacement.Outside,
                LegendPosition = LegendPosition.BottomCenter,
                LegendOrientation = LegendOrientation.Horizontal,
            });
        }
        return plot;
    }

    public static LinearAxis Axis(AxisPosition position, string title, double? from = null, double? to = null) => new()
    {
        Position = position,
        Title = title,
        Minimum = from ?? double.NaN,
        Maximum = to ?? double.NaN,
        MinorTickSize = 0,
        AxisTitleDistance = position == AxisPosition.Left ? 10 : 4,
        MaximumPadding = 0.05,
        MajorGridlineStyle = position == AxisPosition.Left ? LineStyle.Dot : LineStyle.None,
    };

    /// <summary>An axis of whole numbers.</summary>
    public static LinearAxis Counting(AxisPosition position, string title, double from, double to)
    {
        LinearAxis axis = Axis(position, title, from, to);
        axis.MinimumMajorStep = 1;
        axis.StringFormat = "0";
        return axis;
    }

    public static CategoryAxis Names(AxisPosition position, string title, IEnumerable<string> names)
    {
        string[] all = [.. names];
        var axis = new CategoryAxis
        {
            Position = position,
            Title = title,
            AxisTitleDistance = position == AxisPosition.Left ? 10 : 4,
            GapWidth = 0.4,
            Angle = position == AxisPosition.Bottom && all.Sum(name => name.Length + 2) > 90 ? -60 : 0,
        };
        axis.Labels.AddRange(all);
        return axis;
    }

    public static void AddLine(PlotModel plot, int index, string? title, IEnumerable<(double X, double Y)> points)
    {
        var line = new LineSeries
        {
            Title = title,
            Color = Color(index),
            StrokeThickness = 2,
            MarkerType = Markers[index % Markers.Length],
            MarkerSize = 4,
            MarkerFill = Color(index),
        };
        line.Points.AddRange(points.Select(point => new DataPoint(point.X, point.Y)));
        plot.Series.Add(line);
    }

    /// <summary>Adds upright bars from 0, each a rectangle around its place.</summary>
    public static void AddBars(
        PlotModel plot, int index, string? title, IEnumerable<(double From, double To, double Height)> bars)
    {
        var series = new RectangleBarSeries
        {
            Title = title,
            FillColor = OxyColor.FromAColor(200, Color(index)),
            StrokeColor = Color(index),
            StrokeThickness = 1,
        };
        foreach ((double from, double to, double height) in bars)
        {
            series.Items.Add(new(from, 0, to, height));
        }
        plot.Series.Add(series);
    }

    public static void AddReference(PlotModel plot, LineAnnotationType type, double at, string text) =>
        plot.Annotations.Add(new LineAnnotation
        {
            Type = type,
            X = at,
            Y = at,
            Text = text,
            Color = OxyColors.Gray,
            LineStyle = LineStyle.Dash,
        });
}
