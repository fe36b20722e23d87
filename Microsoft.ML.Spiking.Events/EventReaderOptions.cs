using static System.FormattableString;

namespace Microsoft.ML.Spiking.Events;

/// <summary>Options for reading a recording. The defaults follow each format's definition, without guesses.</summary>
public sealed record EventReaderOptions
{
    /// <summary>The largest width and height that may be given.</summary>
    internal const int LargestSide = 65_536;

    /// <summary>
    /// Gets the layout; null, the default, finds it by the first bytes or, where a layout has no header, by the file's
    /// extension.
    /// </summary>
    public EventFormat? Format { get; init; }

    /// <summary>
    /// Gets the sensor's width in pixels, from 1 to 65,536; null, the default, for the file's own. Files that state
    /// another are refused; of files that state none it is what events are checked against.
    /// </summary>
    public int? Width { get; init; }

    /// <summary>Gets the sensor's height in pixels, from 1 to 65,536; as <see cref="Width"/>.</summary>
    public int? Height { get; init; }

    /// <summary>Gets whether x and y are exchanged, before the flips.</summary>
    public bool Transpose { get; init; }

    /// <summary>Gets whether the left becomes the right.</summary>
    public bool FlipHorizontally { get; init; }

    /// <summary>Gets whether the top becomes the bottom.</summary>
    public bool FlipVertically { get; init; }

    /// <summary>
    /// Gets whether polarities are inverted: brighter becomes darker. A DVS128's address bit of 0 is read as brighter,
    /// as jAER does; iniVation's text says the opposite.
    /// </summary>
    public bool InvertPolarity { get; init; }

    /// <summary>Gets the moment that times count from. Default: as recorded.</summary>
    public EventTimeOrigin TimeOrigin { get; init; }

    /// <summary>
    /// Gets the microseconds in a unit of a NumPy file's times, greater than 0 and at most 1e9; null, the default, is 1
    /// for named fields, as SpikingJelly writes them, and 1,000 for arrays of [events, 4], as Tonic writes them.
    /// </summary>
    public double? TimeUnit { get; init; }

    /// <summary>
    /// Gets the stream of events in an AEDAT 4 file, which may hold several cameras; null, the default, for the only
    /// one.
    /// </summary>
    public int? Stream { get; init; }

    /// <summary>Gets the recording in a file of spiking audio, from 0; null, the default, for the only one.</summary>
    public int? Recording { get; init; }

    /// <summary>Gets the chip of an AEDAT 2.0 file. Default: the one that its header names.</summary>
    public Aedat2Chip Chip { get; init; }

    /// <summary>
    /// Gets what is called for each edge at a trigger input in EVT 2, 2.1 and 3 files, while the events around it are
    /// read; null, the default, for nothing.
    /// </summary>
    public Action<TriggerEvent>? OnTrigger { get; init; }

    /// <summary>Throws for the first value that is out of its range.</summary>
    internal void Validate()
    {
        string? fault = SideFault(Width, nameof(Width)) ?? SideFault(Height, nameof(Height))
            ?? (TimeUnit is null or (> 0 and <= 1e9) ? null
                : Invariant($"{nameof(TimeUnit)} is {TimeUnit}; it must be greater than 0 and at most 1e9 ") +
                    "microseconds.")
            ?? (Stream is null or >= 0 ? null : Invariant($"{nameof(Stream)} is {Stream}; it must be at least 0."))
            ?? (Recording is null or >= 0 ? null : Invariant($"{nameof(Recording)} is {Recording}; it must be at ") +
                "least 0.")
            ?? Undefined(Format.GetValueOrDefault(), nameof(Format)) ?? Undefined(Chip, nameof(Chip))
            ?? Undefined(TimeOrigin, nameof(TimeOrigin));
        if (fault is not null)
        {
            throw new ArgumentException(fault);
        }
    }

    internal static string? SideFault(int? side, string name) => side is null or (>= 1 and <= LargestSide) ? null
        : Invariant($"{name} is {side}; it must be from 1 to {LargestSide} pixels.");

    private static string? Undefined<T>(T value, string name)
        where T : struct, Enum =>
        Enum.IsDefined(value) ? null : $"{name} is {value}; it must be one of {string.Join(", ", Enum.GetNames<T>())}.";
}
