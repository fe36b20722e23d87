using System.Text.Json.Serialization;
using static System.FormattableString;

namespace Microsoft.ML.Spiking;

/// <summary>
/// The random changes of training rows that are frames of an event camera, [time steps, channels, height, width], or
/// series of spiking audio, [time steps, units]. Part of <see cref="ImageAugmentation"/>, with which it has in common
/// that only training rows are changed, anew in each epoch, by the seed, the epoch and the row's position alone.
/// </summary>
/// <remarks>
/// <para>The changes are made on frames, where they cost least. For counts of events in windows of equal time they are
/// those of the events: flips and rolls, the exchange of polarities, boxes that are dropped and spans of steps that are
/// exchanged give exactly the frames of the changed events; reversed time does, too, but for events on the edge between
/// two windows. Where part of a window is dropped, or part of all events, each event of a value is dropped with that
/// probability; a value that is no whole number, as in a time surface, is dropped as one. Rotation and shear take the
/// nearest pixel of each frame, as the published code does. Values that were clipped
/// (<c>EventFrameOptions.MaximumValue</c>) are changed as they are.</para>
/// <para>The order: <see cref="ImageAugmentation"/>'s crop and flip; vertical flip, exchange of polarities, reversal of
/// time; roll, rotation and shear; EventDrop; then the others of <see cref="ImageAugmentation"/>, and last the mixing
/// of rows, of which each batch has one kind: all kinds that are asked for, here and there, are equally likely.</para>
/// </remarks>
public sealed record EventAugmentation
{
    private const int MostPixels = 1_024;
    private const double LargestAngle = 180;
    private const double LargestShear = 60;
    private const double LargestAlpha = 100;

    /// <summary>Gets whether half of the rows, at random, are turned upside down. Default false.</summary>
    public bool VerticalFlip { get; init; }

    /// <summary>
    /// Gets whether darker and brighter are exchanged in half of the rows, which need two channels. Default false.
    /// </summary>
    public bool PolarityFlip { get; init; }

    /// <summary>
    /// Gets whether half of the rows run backwards; what became brighter then becomes darker, so that the two channels
    /// are exchanged, if there are two. Default false.
    /// </summary>
    public bool TimeReversal { get; init; }

    /// <summary>
    /// Gets the most pixels by which a row is rolled, up or down and left or right; what leaves the frame on one side
    /// comes back on the other. From 0 to 1,024, less than height and width. Default 0, none; NDA has 5 for 48x48.
    /// </summary>
    public int Roll { get; init; }

    /// <summary>
    /// Gets the largest angle in degrees by which a row is rotated around its center, either way, from 0 to 180.
    /// Default 0, none; NDA has 30, or 15 for N-Caltech101.
    /// </summary>
    public double Rotation { get; init; }

    /// <summary>
    /// Gets the largest angle in degrees by which a row's columns are tilted, either way, from 0 to 60. Default 0,
    /// none; NDA has 30, or 15 for N-Caltech101.
    /// </summary>
    public double Shear { get; init; }

    /// <summary>
    /// Gets which of <see cref="Roll"/>, <see cref="Rotation"/> and <see cref="Shear"/>, if they are not 0, a row
    /// undergoes. Default: one of them, as in NDA (Li et al., "Neuromorphic Data Augmentation", ECCV 2022, arXiv
    /// 2203.06145).
    /// </summary>
    public EventGeometry Geometry { get; init; }

    /// <summary>
    /// Gets whether rows lose events by EventDrop, each in one of four ways, equally likely: none; those of a span of
    /// 0.1 to 0.9 of the time; those of a box of 0.05 to 0.25 of height and width; 0.1 to 0.9 of all. Default false.
    /// </summary>
    /// <remarks>
    /// Source: Gu et al., "EventDrop", IJCAI 2021, arXiv 2106.05836. The authors' code drops the whole rows and columns
    /// of the box, a cross; this one drops the box, as the text says.
    /// </remarks>
    public bool Drop { get; init; }

    /// <summary>
    /// Gets the beta of EventMix, from 0 to 100: half of the rows take the events of the row before it in the batch
    /// within a region of time and space that has a share of the row drawn from Beta(beta, beta). The region is where
    /// the sum of three Gaussians of random place, width and weight is largest. The labels' shares are those of the
    /// events. Default 0, none; 1 or 2 are usual.
    /// </summary>
    /// <remarks>Source: Shen et al., "EventMix", Information Sciences 2023, arXiv 2205.12054.</remarks>
    public double MixBeta { get; init; }

    /// <summary>
    /// Gets the alpha of cutmix over time, from 0 to 100: a span of steps, at random but the same in all rows of a
    /// batch, is taken from the row before it in the batch. Its share of the steps is drawn for each batch from
    /// Beta(alpha, alpha) and is the label's, too. Default 0, none.
    /// </summary>
    public double TimeCutmixAlpha { get; init; }

    /// <summary>Gets whether rows are mixed.</summary>
    [JsonIgnore]
    internal bool Mixes => MixBeta > 0 || TimeCutmixAlpha > 0;

    /// <summary>Gets whether pixels come from elsewhere in the plane.</summary>
    [JsonIgnore]
    internal bool Warps => Rotation > 0 || Shear > 0;

    /// <summary>Returns a sentence for every value that is out of its range.</summary>
    internal IEnumerable<string> Faults()
    {
        if (Roll is < 0 or > MostPixels)
        {
            yield return Invariant(
                $"{nameof(EventAugmentation)}.{nameof(Roll)} is {Roll}; it must be from 0 to {MostPixels} pixels.");
        }
        (double Value, double Highest, string Name, string Unit)[] ranges =
        [
            (Rotation, LargestAngle, nameof(Rotation), " degrees"), (Shear, LargestShear, nameof(Shear), " degrees"),
            (MixBeta, LargestAlpha, nameof(MixBeta), ""), (TimeCutmixAlpha, LargestAlpha, nameof(TimeCutmixAlpha), ""),
        ];
        foreach ((double value, double highest, string name, string unit) in ranges)
        {
            if (!(value >= 0 && value <= highest))
            {
                yield return Invariant(
                    $"{nameof(EventAugmentation)}.{name} is {value}; it must be from 0 to {highest}{unit}.");
            }
        }
        if (!Enum.IsDefined(Geometry))
        {
            yield return $"{nameof(EventAugmentation)}.{nameof(Geometry)} is {Geometry}; it must be " +
                $"{nameof(EventGeometry.OneOf)} or {nameof(EventGeometry.RollThenOneOf)}.";
        }
    }

    /// <summary>Returns the reason why the augmentation does not suit rows; null if it does.</summary>
    /// <param name="shape">The shape of one time step.</param>
    /// <param name="timeSteps">The rows' own time steps; null where they have none.</param>
    internal string? FaultFor(IReadOnlyList<int> shape, int? timeSteps)
    {
        string named = $"the features have the shape [{string.Join(", ", shape)}]";
        if (timeSteps is not > 1)
        {
            return $"{nameof(EventAugmentation)} needs rows with a time axis of two steps or more, [time steps, " +
                $"channels, height, width], but {named}; say so with the option InputShape, else set " +
                $"{nameof(ImageAugmentation)}.{nameof(ImageAugmentation.Events)} to null.";
        }
        bool needsImages = VerticalFlip || PolarityFlip || Roll > 0 || Warps;
        return shape is [int channels, int height, int width]
            ? PolarityFlip && channels != 2
                ? $"{nameof(EventAugmentation)}.{nameof(PolarityFlip)} needs two channels, darker and brighter, but " +
                    $"{named}."
            : Roll >= Math.Min(height, width)
                ? Invariant($"{nameof(EventAugmentation)}.{nameof(Roll)} is {Roll}, but the frames are ") +
                    Invariant($"{height}x{width}; it must be less than both.")
            : null
            : needsImages ? "Flips, roll, rotation and shear need frames of [channels, height, width] at each time " +
                $"step, but {named}; leave them out."
            : null;
    }
}

/// <summary>Which of roll, rotation and shear a row undergoes.</summary>
public enum EventGeometry
{
    /// <summary>One of those that are asked for, equally likely, as in NDA.</summary>
    OneOf,

    /// <summary>
    /// The roll, and then nothing or one of rotation and shear, all equally likely, as in the CLIF authors' code.
    /// </summary>
    RollThenOneOf,
}
