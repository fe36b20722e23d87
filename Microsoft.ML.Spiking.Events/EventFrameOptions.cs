using System.Text.Json.Serialization;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.Events;

/// <summary>
/// The conversion of a recording's events to the time steps of a network's row: [steps, channels, height, width].
/// Recordings and live streams take the same options and give the same frames.
/// </summary>
public sealed record EventFrameOptions
{
    private const long LongestTime = 1_000_000_000_000;

    /// <summary>Gets the width of the sensor in pixels, from 1 to 65,536; for spiking audio its units.</summary>
    public required int SensorWidth { get; init; }

    /// <summary>Gets the height of the sensor in pixels, from 1 to 65,536; for spiking audio 1.</summary>
    public required int SensorHeight { get; init; }

    /// <summary>Gets the rule by which events belong to steps.</summary>
    public required EventWindows Windows { get; init; }

    /// <summary>
    /// Gets the number of steps, from 1 to 1,000, where the rule's depends on the recording: missing ones are empty
    /// frames, and later ones are left out. Null, the default, for the rule's own; needed where that depends on the
    /// recording.
    /// </summary>
    public int? Steps { get; init; }

    /// <summary>
    /// Gets the width of the frames, from 1 to the sensor's. Null, the default, for the sensor's.
    /// </summary>
    public int? Width { get; init; }

    /// <summary>
    /// Gets the height of the frames, from 1 to the sensor's. Null, the default, for the sensor's.
    /// </summary>
    public int? Height { get; init; }

    /// <summary>Gets what becomes of events when frames are smaller than the sensor. Default: they are added.</summary>
    public EventScaling Scaling { get; init; }

    /// <summary>Gets what a value of a frame is. Default: the number of events.</summary>
    public EventValues Values { get; init; }

    /// <summary>
    /// Gets the channels. Default: two, darker before brighter. Voxel grids have one, brighter minus darker.
    /// </summary>
    public EventPolarities Polarities { get; init; }

    /// <summary>
    /// Gets the microseconds in which a value of a time surface falls to 1/e, from 1 to 1e12. Default: 50,000.
    /// </summary>
    public long TimeConstant { get; init; } = 50_000;

    /// <summary>
    /// Gets the absolute value at which values are clipped, greater than 0. Null, the default, for none.
    /// </summary>
    public float? MaximumValue { get; init; }

    /// <summary>
    /// Gets the microseconds, from 1 to 1e12, within which one of the four neighbors of an event's pixel must have had
    /// an event; others are taken for noise and left out. Null, the default, for none.
    /// </summary>
    public long? DenoiseTime { get; init; }

    /// <summary>
    /// Gets the shape of a row: [steps, channels, height, width], or [steps, width] where the height is 1 and there is
    /// one channel.
    /// </summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    [JsonIgnore]
    public IReadOnlyList<int> Shape
    {
        get
        {
            Validate();
            return FrameHeight == 1 && Channels == 1
                ? [StepCount, FrameWidth]
                : [StepCount, Channels, FrameHeight, FrameWidth];
        }
    }

    [JsonIgnore]
    internal int StepCount => Windows.StepCount ?? Steps ?? 1;

    [JsonIgnore]
    internal int Channels =>
        Values == EventValues.VoxelGrid || Polarities != EventPolarities.Separate ? 1 : 2;

    [JsonIgnore]
    internal int FrameWidth => Width ?? SensorWidth;

    [JsonIgnore]
    internal int FrameHeight => Height ?? SensorHeight;

    [JsonIgnore]
    internal int FrameSize => Channels * FrameHeight * FrameWidth;

    /// <summary>Throws for the first option that is out of its range.</summary>
    internal void Validate()
    {
        if (Fault() is string fault)
        {
            throw new ArgumentException(fault);
        }
    }

    private string? Fault()
    {
        if (Windows is null)
        {
            return $"{nameof(Windows)} is null; choose a rule of {nameof(EventWindows)}.";
        }
        string? fault = EventReaderOptions.SideFault(SensorWidth, nameof(SensorWidth))
            ?? EventReaderOptions.SideFault(SensorHeight, nameof(SensorHeight))
            ?? Range(Width ?? 1, 1, SensorWidth, nameof(Width)) ?? Range(Height ?? 1, 1, SensorHeight, nameof(Height))
            ?? Range(Steps ?? 1, 1, Frames.WindowRules.MostSteps, nameof(Steps))
            ?? Range(TimeConstant, 1, LongestTime, nameof(TimeConstant))
            ?? Range(DenoiseTime ?? 1, 1, LongestTime, nameof(DenoiseTime))
            ?? Undefined(Scaling, nameof(Scaling)) ?? Undefined(Values, nameof(Values))
            ?? Undefined(Polarities, nameof(Polarities));
        if (fault is not null)
        {
            return fault;
        }
        if (MaximumValue is { } most && !(most > 0 && float.IsFinite(most)))
        {
            return Invariant($"{nameof(MaximumValue)} is {most}; it must be greater than 0.");
        }
        if (Windows.StepCount is int own && Steps is int asked && own != asked)
        {
            return Invariant($"{nameof(Steps)} is {asked}, but the rule of windows has {own} steps; leave it null.");
        }
        if (Windows.StepCount is null && Steps is null)
        {
            return $"The number of windows depends on the recording, and rows must have the same number; give " +
                $"{nameof(Steps)}.";
        }
        if (Values == EventValues.VoxelGrid && Windows is not
            (Frames.GridWindows or Frames.JellyTimeWindows or Frames.TonicTimeBinWindows))
        {
            return $"A voxel grid divides a time into equal parts; choose {nameof(EventWindows.Grid)}, " +
                $"{nameof(EventWindows.TonicTimeBins)} or {nameof(EventWindows.SpikingJellyTime)}.";
        }
        if (Scaling == EventScaling.ClifAuthors && (Values != EventValues.Counts || Channels != 2))
        {
            return $"{nameof(EventScaling.ClifAuthors)} resizes counts in two channels; leave {nameof(Values)} and " +
                $"{nameof(Polarities)} at their defaults, or choose another {nameof(Scaling)}.";
        }
        long values = (long)StepCount * Channels * FrameHeight * FrameWidth;
        return values > Frames.FrameCounts.MostValues
            ? Invariant($"Frames of [{StepCount}, {Channels}, {FrameHeight}, {FrameWidth}] have {values} values; at ") +
                Invariant($"most {Frames.FrameCounts.MostValues} are possible. Choose fewer steps or smaller frames.")
            : null;
    }

    private static string? Range(long value, long lowest, long highest, string name) =>
        value >= lowest && value <= highest ? null
            : Invariant($"{name} is {value}; it must be from {lowest} to {highest}.");

    private static string? Undefined<T>(T value, string name)
        where T : struct, Enum =>
        Enum.IsDefined(value) ? null : $"{name} is {value}; it must be one of {string.Join(", ", Enum.GetNames<T>())}.";
}

/// <summary>The way in which the events of a sensor go into smaller frames.</summary>
public enum EventScaling
{
    /// <summary>Each pixel of a frame takes the events of all pixels of the sensor that it covers.</summary>
    Sum,

    /// <summary>
    /// Each pixel of a frame takes the events of one pixel of the sensor, the nearest as PyTorch's interpolation finds
    /// it; the others are left out.
    /// </summary>
    Nearest,

    /// <summary>
    /// For comparison alone: what the CLIF authors' published code makes of DVS-CIFAR10. A count c becomes (256 - c) /
    /// 255, and frames are resized bilinearly as if they were pictures of gray (darker) with opacity (brighter), so
    /// that darker events vanish where no brighter ones are. Needs counts in two channels.
    /// </summary>
    ClifAuthors,
}

/// <summary>The values of a frame.</summary>
public enum EventValues
{
    /// <summary>The number of events in the window.</summary>
    Counts,

    /// <summary>
    /// The sum of events, brighter 1 and darker -1, each shared out between the two steps that it lies between. As in
    /// Tonic, what lies beyond the last step is lost. Needs windows of equal time: <see cref="EventWindows"/> of a
    /// grid, SpikingJelly's by time or Tonic's by bins of time.
    /// </summary>
    VoxelGrid,

    /// <summary>
    /// exp(-(end of the window - last event) / <see cref="EventFrameOptions.TimeConstant"/>); 0 without an event so
    /// far.
    /// </summary>
    TimeSurface,
}

/// <summary>The channels of a frame.</summary>
public enum EventPolarities
{
    /// <summary>Two channels: darker, brighter.</summary>
    Separate,

    /// <summary>One channel for all events.</summary>
    Merged,
}
