using Microsoft.ML;
using Microsoft.ML.Spiking;
using Microsoft.ML.Spiking.Events;
using SkiaSharp;

namespace EventCamera;

/// <summary>
/// A strip of the time steps of a recording: its events (brighter blue, darker green, both black), below them the
/// spikes of the first layer of neurons, all channels together, and below those the scores after each step.
/// </summary>
internal static class Picture
{
    private const int Zoom = 4, Gap = 8, Bars = 90, Left = 70, Top = 24;

    public static void Draw(string path, string file)
    {
        SavedModel model = SavedModel.Load();
        var recording = new EventRecording(path);
        IDataView data = model.Context.Data.LoadFromEventFiles([recording]);
        FiringRateReport report = model.Context.Model.FiringRates(
            model.Whole, data, new FiringRateOptions { RasterRows = [0] });
        SpikeRaster raster = report.Rasters[0];
        IReadOnlyList<int> shape = report.Layers[0].Shape; // [channels, height, width]
        int steps = report.TimeSteps, tile = Recordings.Side * Zoom;
        int width = Left + (steps * (tile + Gap)), height = Top + (2 * (tile + Gap)) + Bars + Gap;
        using var bitmap = new SKBitmap(width, height);
        using var canvas = new SKCanvas(bitmap);
        canvas.Clear(SKColors.White);
        using var ink = new SKPaint { Color = SKColors.Black, TextSize = 14, IsAntialias = true };
        canvas.DrawText("events", 4, Top + (tile / 2), ink);
        using var small = new SKPaint { Color = SKColors.Blue, TextSize = 12, IsAntialias = true };
        canvas.DrawText("brighter", 4, Top + (tile / 2) + 18, small);
        small.Color = SKColors.Green;
        canvas.DrawText("darker", 4, Top + (tile / 2) + 34, small);
        small.Color = SKColors.Black;
        canvas.DrawText("both", 4, Top + (tile / 2) + 50, small);
        canvas.DrawText("spikes", 4, Top + tile + Gap + (tile / 2), ink);
        canvas.DrawText("scores", 4, Top + (2 * (tile + Gap)) + (Bars / 2), ink);
        SpikingStream scorer = model.Network.CreateStream(new() { ResetAfterDecision = false });
        int next = 0;
        EventStream? stream = null;
        stream = new EventStream(scorer, model.Frames, step =>
        {
            if (next == steps)
            {
                return;
            }
            int x = Left + (next++ * (tile + Gap));
            canvas.DrawText($"{step.From / 1_000}-{step.To / 1_000} ms", x + 20, 16, ink);
            DrawEvents(canvas, stream!.Frame, x, Top);
            DrawScores(canvas, scorer, x, Top + (2 * (tile + Gap)), tile);
        });
        stream.Start(0);
        stream.Push(recording.Load().Span);
        stream.AdvanceTo(steps * 30_000L);
        for (int step = 0; step < steps; step++)
        {
            DrawSpikes(canvas, raster.Steps[step], shape, Left + (step * (tile + Gap)), Top + tile + Gap, tile);
        }
        using SKData png = bitmap.Encode(SKEncodedImageFormat.Png, quality: 100);
        using FileStream output = File.Create(file);
        png.SaveTo(output);
        Console.WriteLine($"{file}: {width}x{height}");
    }

    private static void DrawEvents(SKCanvas canvas, ReadOnlySpan<float> frame, int left, int top)
    {
        int plane = Recordings.Side * Recordings.Side;
        using var paint = new SKPaint();
        for (int i = 0; i < plane; i++)
        {
            float off = Math.Min(frame[i], 2), on = Math.Min(frame[plane + i], 2);
            byte green = (byte)(255 - (on * 120)), blue = (byte)(255 - (off * 120));
            paint.Color = new SKColor((byte)Math.Max(0, 255 - ((on + off) * 120)), green, blue);
            canvas.DrawRect(left + (i % Recordings.Side * Zoom), top + (i / Recordings.Side * Zoom), Zoom, Zoom, paint);
        }
        Frame(canvas, left, top, Recordings.Side * Zoom, Recordings.Side * Zoom);
    }

    private static void DrawSpikes(
        SKCanvas canvas, IReadOnlyList<int> neurons, IReadOnlyList<int> shape, int left, int top, int tile)
    {
        int plane = shape[1] * shape[2];
        int[] counts = new int[plane];
        foreach (int neuron in neurons)
        {
            counts[neuron % plane]++;
        }
        float size = (float)tile / shape[1];
        using var paint = new SKPaint();
        for (int i = 0; i < plane; i++)
        {
            byte level = (byte)(255 - (255 * counts[i] / shape[0]));
            paint.Color = new SKColor(255, level, level);
            canvas.DrawRect(left + (i % shape[2] * size), top + (i / shape[2] * size), size, size, paint);
        }
        Frame(canvas, left, top, tile, tile);
    }

    private static void DrawScores(SKCanvas canvas, SpikingStream scorer, int left, int top, int tile)
    {
        float each = (float)tile / scorer.ClassCount;
        using var paint = new SKPaint { Color = SKColors.SteelBlue };
        using var ink = new SKPaint { Color = SKColors.Black, TextSize = 11, IsAntialias = true };
        for (int i = 0; i < scorer.ClassCount; i++)
        {
            float bar = scorer.Scores[i] * (Bars - 14);
            canvas.DrawRect(left + (i * each) + 1, top + Bars - 14 - bar, each - 2, bar, paint);
            canvas.DrawText($"{i}", left + (i * each) + 3, top + Bars - 2, ink);
        }
        Frame(canvas, left, top, tile, Bars - 14);
    }

    private static void Frame(SKCanvas canvas, int left, int top, int width, int height)
    {
        using var paint = new SKPaint { Color = SKColors.LightGray, IsStroke = true };
        canvas.DrawRect(left, top, width, height, paint);
    }
}
