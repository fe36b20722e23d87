using Microsoft.ML.Spiking.Events;

namespace EventCamera;

/// <summary>The recordings of N-MNIST: 34x34 pixels, three saccades of a third of a second together.</summary>
internal static class Recordings
{
    public const int Side = 34;

    /// <summary>The rule of frames: ten windows of 30 ms.</summary>
    public static EventFrameOptions Frames { get; } = new()
    {
        SensorWidth = Side,
        SensorHeight = Side,
        Windows = EventWindows.Grid(steps: 10, duration: 30_000),
        MaximumValue = 4,
    };

    /// <summary>One picture of all events, for a trainer that knows no time.</summary>
    public static EventFrameOptions Sum { get; } = Frames with { Windows = EventWindows.Grid(1, 300_000) };

    /// <summary>Reads a list, "number class" on each line after the first.</summary>
    public static IReadOnlyList<EventRecording> Read(string folder, string list)
    {
        var recordings = new List<EventRecording>();
        foreach (string line in File.ReadLines(Path.Combine(folder, list)).Skip(1))
        {
            string[] fields = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length == 2)
            {
                recordings.Add(new EventRecording(Path.Combine(folder, $"{fields[0]}.bs2"), fields[1]));
            }
        }
        return recordings;
    }
}
