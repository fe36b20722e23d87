using System.Globalization;
using Microsoft.ML.Spiking.Events;

namespace Microsoft.ML.Spiking.Tool.Data;

/// <summary>
/// The rule that makes frames of a recording's events. It is saved with the model, as an annotation of the features.
/// </summary>
/// <param name="Frames">The number of frames.</param>
/// <param name="Duration">Microseconds of a frame from the first event on; null for equally many events each.</param>
internal sealed record FrameRule(int Frames, long? Duration)
{
    /// <summary>The annotation's kind.</summary>
    public const string AnnotationKind = "EventFrames";

    /// <summary>Gets the windows.</summary>
    public EventWindows Windows => Duration is long duration
        ? EventWindows.Grid(Frames, duration) : EventWindows.SpikingJellyNumber(Frames);

    /// <summary>Gets the C# of the windows.</summary>
    public string Code => Duration is long duration
        ? string.Create(CultureInfo.InvariantCulture, $"EventWindows.Grid({Frames}, {duration})")
        : string.Create(CultureInfo.InvariantCulture, $"EventWindows.SpikingJellyNumber({Frames})");

    /// <summary>Returns the rule of an annotation's text; null for another text.</summary>
    public static FrameRule? Parse(string text)
    {
        long[] numbers = [.. text.Split(' ').Skip(1).Select(part =>
            long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value : 0)];
        return (text.Split(' ')[0], numbers) switch
        {
            ("number", [> 0 and <= int.MaxValue]) => new((int)numbers[0], null),
            ("grid", [> 0 and <= int.MaxValue, > 0]) => new((int)numbers[0], numbers[1]),
            _ => null,
        };
    }

    /// <summary>Returns the annotation's text.</summary>
    public override string ToString() => Duration is long duration
        ? string.Create(CultureInfo.InvariantCulture, $"grid {Frames} {duration}")
        : string.Create(CultureInfo.InvariantCulture, $"number {Frames}");
}
