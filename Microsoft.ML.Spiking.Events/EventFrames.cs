using Microsoft.ML.Spiking.Events.Frames;

namespace Microsoft.ML.Spiking.Events;

/// <summary>
/// Frames of a recording, one after another: [steps, channels, height, width], darker before brighter.
/// </summary>
public sealed class EventFrames
{
    internal EventFrames(int steps, int channels, int height, int width, float[] values)
    {
        (Steps, Channels, Height, Width) = (steps, channels, height, width);
        Memory = values;
    }

    /// <summary>Gets the number of frames.</summary>
    public int Steps { get; }

    /// <summary>Gets the number of channels: 2 where events of both polarities are kept apart.</summary>
    public int Channels { get; }

    /// <summary>Gets the height in pixels.</summary>
    public int Height { get; }

    /// <summary>Gets the width in pixels.</summary>
    public int Width { get; }

    /// <summary>Gets the values, x the innermost.</summary>
    public ReadOnlyMemory<float> Values => Memory;

    internal float[] Memory { get; }

    /// <summary>Returns one value.</summary>
    /// <param name="step">The frame.</param>
    /// <param name="channel">The channel: 0 for darker, 1 for brighter.</param>
    /// <param name="y">The row, from the top.</param>
    /// <param name="x">The column, from the left.</param>
    public float this[int step, int channel, int y, int x] =>
        (uint)step < (uint)Steps && (uint)channel < (uint)Channels && (uint)y < (uint)Height && (uint)x < (uint)Width
            ? Memory[(((((step * Channels) + channel) * Height) + y) * Width) + x]
            : throw new ArgumentOutOfRangeException(nameof(step), $"[{step}, {channel}, {y}, {x}] lies outside the " +
                "frames.");

    /// <summary>
    /// Counts events: [steps, 2, height, width], how often each pixel became darker (0) and brighter (1) in each
    /// window.
    /// </summary>
    /// <param name="events">
    /// In the order of time; none without a frame: a recording without events has no windows.
    /// </param>
    /// <param name="width">The sensor's width, from 1 to 65,536 pixels.</param>
    /// <param name="height">The sensor's height, from 1 to 65,536 pixels.</param>
    /// <param name="windows">Which events belong to which step.</param>
    /// <exception cref="ArgumentException">
    /// There are no events, one lies outside the sensor or is earlier than the one before it, or the frames would have
    /// more than 2^28 values.
    /// </exception>
    public static EventFrames Count(ReadOnlySpan<Event> events, int width, int height, EventWindows windows)
    {
        ArgumentNullException.ThrowIfNull(windows);
        if ((EventReaderOptions.SideFault(width, nameof(width)) ?? EventReaderOptions.SideFault(height, nameof(height)))
            is string fault)
        {
            throw new ArgumentException(fault);
        }
        FrameCounts.Check(events, width, height);
        return FrameCounts.Make(events, width, height, windows.Slices(events));
    }

    /// <summary>
    /// Reads frames that SpikingJelly (.npz, array "frames") or the CLIF authors' code (.npz, array "arr_0") stored, or
    /// an array of that shape (.npy).
    /// </summary>
    /// <param name="path">The file.</param>
    /// <exception cref="EventFormatException">The file holds no frames; the message says why.</exception>
    public static EventFrames Load(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return NumPyFrames.Load(stream, path);
    }
}
