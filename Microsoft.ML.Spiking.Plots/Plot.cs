using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;

namespace Microsoft.ML.Spiking;

/// <summary>The parts that all pictures are made of: one look, colors that differ in brightness too.</summary>
internal static class Plot
{
    private const string Font = "DejaVu Sans"; // a system without it takes another
    private const int MostLetters = 30;

    private static readonly OxyColor[] Colors =
    [
        OxyColor.FromRgb(0x00, 0x72, 0xb2), OxyColor.FromRgb(0xd5, 0x5e, 0x00), OxyColor.FromRgb(0x00, 0x9e, 0x73),
        OxyColor.FromRgb(0xcc, 0x79, 0xa7), OxyColor.FromRgb(0xe6, 0x9f, 0x00), OxyColor.FromRgb(0x56, 0xb4, 0xe9),
        OxyColor.FromRgb(0x55, 0x55, 0x55),
    ];

    private static readonly MarkerType[] Markers =
        [MarkerType.Circle, MarkerType.Square, MarkerType.Triangle, MarkerType.Diamond];

    /// <summary>Gets the color of grids: opaque, since some viewers of SVG draw faint dots black.</summary>
    public static OxyColor Grid { get; } = OxyColor.FromRgb(0xd0, 0xd0, 0xd0);

    /// <summary>Gets the colors of shares, from white; on all of them black numbers are legible.</summary>
    public static OxyColor Shade(double share) => OxyColor.Interpolate(OxyColors.White, Color(0), 0.66 * share);

    public static OxyColor Color(int index) => Colors[index % Colors.Length];

    /// <summary>Returns an empty picture; what would not fit into a narrow one is a line of its own.</summary>
    public static PlotModel New(string title, bool hasLegend = false, string? subtitle = null)
    {
        var plot = new PlotModel
        {
            Title = title,
            TitleFontSize = 15,
            Subtitle = subtitle,
            SubtitleFontSize = 12,
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
        AxisTitleDistance = position == AxisPosition.Left ? 10 : 6,
        // A marker at the edge is whole.
        MinimumPadding = 0.08,
        MaximumPadding = 0.1,
        MajorGridlineStyle = position == AxisPosition.Left ? LineStyle.Dot : LineStyle.None,
        MajorGridlineColor = Grid,
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
            AxisTitleDistance = position == AxisPosition.Left ? 10 : 6,
            GapWidth = 0.4,
            // Beside each other, names of more letters overlap in a narrow picture.
            Angle = position == AxisPosition.Bottom && all.Length * all.Max(name => name.Length) > MostLetters
                ? -60 : 0,
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

    /// <summary>Adds a level line that the legend names.</summary>
    public static void AddLevel(PlotModel plot, int index, string title, double at, double from, double to)
    {
        var line = new LineSeries
        {
            Title = title,
            Color = Color(index),
            StrokeThickness = 1.5,
            LineStyle = LineStyle.Dash,
        };
        line.Points.AddRange([new(from, at), new(to, at)]);
        plot.Series.Add(line);
    }
}
