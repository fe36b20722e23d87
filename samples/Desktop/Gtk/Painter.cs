using System.Globalization;
using System.Numerics;
using System.Runtime.Versioning;
using Microsoft.ML.Spiking;

namespace Desktop.Gtk;

/// <summary>Paints the two halves of the window with cairo.</summary>
[SupportedOSPlatform("linux")]
internal static class Painter
{
    private const int Row = 18, NameWidth = 40, BarWidth = 330, MapsTop = 222, MapsWidth = 460, MapsHeight = 126;
    private const int VectorColumns = 32;

    /// <summary>Paints the strokes, white on black.</summary>
    public static void Field(nint context, IReadOnlyList<IReadOnlyList<Vector2>> strokes, int side)
    {
        Native.SetColor(context, 0, 0, 0);
        Native.Rectangle(context, 0, 0, side, side);
        Native.Fill(context);
        Native.SetColor(context, 1, 1, 1);
        Native.SetLineWidth(context, 2 * Drawing.Radius * side);
        Native.SetLineEnds(context, Native.RoundEnds);
        Native.SetLineCorners(context, Native.RoundEnds);
        foreach (IReadOnlyList<Vector2> stroke in strokes)
        {
            Native.MoveTo(context, stroke[0].X * side, stroke[0].Y * side);
            foreach (Vector2 point in stroke)
            {
                Native.LineTo(context, point.X * side, point.Y * side);
            }
            Native.Stroke(context);
        }
    }

    /// <summary>Paints a bar for each class, and below a tile for each neuron of each layer.</summary>
    public static void Results(nint context, IReadOnlyList<string> classes, Recognition? recognition)
    {
        Native.SetColor(context, 0.97, 0.97, 0.97);
        Native.Paint(context);
        if (recognition is null)
        {
            Text(context, 0, 24, 15, "Draw a digit with the mouse.");
            return;
        }
        Text(context, 0, 20, 16, $"This is a {recognition.Label}.");
        int best = recognition.Probabilities.Index().MaxBy(item => item.Item).Index;
        for (int i = 0; i < classes.Count; i++)
        {
            double top = 30 + (i * Row), share = recognition.Probabilities[i];
            Native.SetColor(context, 0.88, 0.88, 0.88);
            Native.Rectangle(context, NameWidth, top, BarWidth, Row - 4);
            Native.Fill(context);
            Native.SetColor(context, i == best ? 0.85 : 0.45, i == best ? 0.45 : 0.55, i == best ? 0.1 : 0.7);
            Native.Rectangle(context, NameWidth, top, BarWidth * share, Row - 4);
            Native.Fill(context);
            Text(context, 12, top + 12, 13, classes[i]);
            Text(context, NameWidth + BarWidth + 8, top + 12, 13,
                string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.0} %"));
        }
        double width = (MapsWidth - (12 * (recognition.Layers.Count - 1))) / (double)recognition.Layers.Count;
        for (int i = 0; i < recognition.Layers.Count; i++)
        {
            Layer(context, i * (width + 12), width, recognition.Layers[i], recognition.TimeSteps);
        }
    }

    /// <summary>
    /// Paints a layer: the neurons of a vector in rows, the channels of an image beside one another. Brighter neurons
    /// fired at more of the steps.
    /// </summary>
    private static void Layer(nint context, double left, double width, LayerFiring layer, int timeSteps)
    {
        bool isImage = layer.Shape.Count == 3;
        int tileWidth = isImage ? layer.Shape[2] : Math.Min(VectorColumns, layer.Neurons);
        int tileHeight = isImage ? layer.Shape[1] : (layer.Neurons + tileWidth - 1) / tileWidth;
        int tiles = isImage ? layer.Shape[0] : 1, across = (int)Math.Ceiling(Math.Sqrt(tiles));
        int down = (tiles + across - 1) / across, gap = isImage ? 1 : 0;
        double size = Math.Min(width / (across * (tileWidth + gap)), (MapsHeight - 18.0) / (down * (tileHeight + gap)));
        int spikes = (int)Math.Round(layer.Rate * layer.Neurons * timeSteps);
        Text(context, left, MapsTop + 10, 11,
            string.Create(CultureInfo.InvariantCulture, $"{layer.Name}: {layer.Neurons} neurons, {spikes} spikes"));
        for (int i = 0; i < layer.Neurons; i++)
        {
            (int tile, int place) = Math.DivRem(i, tileWidth * tileHeight);
            double x = ((tile % across) * (tileWidth + gap)) + (place % tileWidth);
            double y = ((tile / across) * (tileHeight + gap)) + (place / tileWidth);
            double level = layer.NeuronRates[i];
            Native.SetColor(context, 0.13 + (0.87 * level), 0.13 + (0.55 * level), 0.13);
            Native.Rectangle(context, left + (x * size), MapsTop + 18 + (y * size), size, size);
            Native.Fill(context);
        }
    }

    private static void Text(nint context, double x, double y, double size, string text)
    {
        Native.SetColor(context, 0.1, 0.1, 0.1);
        Native.SetFontSize(context, size);
        Native.MoveTo(context, x, y);
        Native.ShowText(context, text);
    }
}
