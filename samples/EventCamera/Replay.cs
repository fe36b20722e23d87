using System.Diagnostics;
using System.Text;
using Microsoft.ML.Spiking;
using Microsoft.ML.Spiking.Events;
using Spectre.Console;

namespace EventCamera;

/// <summary>A recording, as fast as it was recorded, through the live scorer: frame, scores and decision.</summary>
internal static class Replay
{
    private const int Millisecond = 1_000;
    private const double Certain = 0.95;

    public static void Run(string path, double speed)
    {
        SavedModel model = SavedModel.Load();
        ReadOnlyMemory<Event> events = new EventRecording(path).Load();
        SpikingStream scorer = model.Network.CreateStream(new()
        {
            Decision = StreamDecision.Confidence((float)Certain),
            ResetAfterDecision = false,
        });
        string decision = "";
        var stream = new EventStream(scorer, model.Frames, step => decision = step.Step.IsDecision
            ? $"decided for {step.Step.Class} after {step.To / Millisecond} ms ({step.Step.Probability:P0})"
            : decision);
        if (Console.IsOutputRedirected)
        {
            Play(events.Span, stream, speed, () => Console.WriteLine(Scores(scorer)));
        }
        else
        {
            AnsiConsole.Live(new Text("")).Start(context => Play(events.Span, stream, speed, () =>
                context.UpdateTarget(new Text($"{Draw(stream.Frame)}\n{Scores(scorer)}\n{decision}"))));
        }
        Console.WriteLine(decision.Length > 0 ? decision : $"no class has reached {Certain:P0}");
    }

    // The clock closes windows in which the camera was silent.
    private static void Play(ReadOnlySpan<Event> events, EventStream stream, double speed, Action show)
    {
        long start = Stopwatch.GetTimestamp();
        int next = 0;
        for (long now = 0, end = events[^1].Time + (30 * Millisecond); now < end;)
        {
            now = (long)(Stopwatch.GetElapsedTime(start).TotalMicroseconds * speed);
            int first = next;
            while (next < events.Length && events[next].Time <= now)
            {
                next++;
            }
            if (stream.Push(events[first..next]) + stream.AdvanceTo(now) > 0)
            {
                show();
            }
            Thread.Sleep(1);
        }
    }

    private static string Scores(SpikingStream scorer)
    {
        var line = new StringBuilder($"step {scorer.StepCount,2}");
        for (int i = 0; i < scorer.ClassCount; i++)
        {
            line.Append($" {i}:{100 * scorer.Scores[i],3:0}%");
        }
        return line.ToString();
    }

    // Two rows of pixels in a line of text: darker, brighter or both.
    private static string Draw(ReadOnlySpan<float> frame)
    {
        var text = new StringBuilder();
        int plane = Recordings.Side * Recordings.Side;
        for (int y = 0; y < Recordings.Side; y += 2)
        {
            for (int x = 0; x < Recordings.Side; x++)
            {
                int upper = (y * Recordings.Side) + x, lower = upper + Recordings.Side;
                bool above = frame[upper] + frame[plane + upper] > 0, below = frame[lower] + frame[plane + lower] > 0;
                text.Append((above, below) switch
                {
                    (true, true) => '█',
                    (true, false) => '▀',
                    (false, true) => '▄',
                    _ => ' ',
                });
            }
            text.Append('\n');
        }
        return text.ToString();
    }
}
