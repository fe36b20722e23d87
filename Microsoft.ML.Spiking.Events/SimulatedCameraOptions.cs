using static System.FormattableString;

namespace Microsoft.ML.Spiking.Events;

/// <summary>
/// The pixels of a <see cref="SimulatedCamera"/>: how light becomes events, and what is not ideal about them. The
/// defaults are those of v2e.
/// </summary>
public sealed record SimulatedCameraOptions
{
    private const double LargestRate = 1e6;

    /// <summary>Gets how light becomes events. Default: as in v2e.</summary>
    public EventCameraModel Model { get; init; }

    /// <summary>
    /// Gets the rise of the logarithm of the light that makes a pixel fire brighter, from 0.01 to 10. Default 0.2.
    /// </summary>
    public double OnThreshold { get; init; } = 0.2;

    /// <summary>
    /// Gets the fall of the logarithm of the light that makes a pixel fire darker, from 0.01 to 10. Default 0.2.
    /// </summary>
    public double OffThreshold { get; init; } = 0.2;

    /// <summary>
    /// Gets the deviation of the thresholds between pixels, normally distributed but never below 0.01; from 0 to 10.
    /// Default 0.03.
    /// </summary>
    public double ThresholdDeviation { get; init; } = 0.03;

    /// <summary>
    /// Gets the frequency in hertz above which a white pixel no longer follows the light; a dark one is slower. From 0,
    /// for any speed, to 1e6. Default 300.
    /// </summary>
    public double CutoffFrequency { get; init; } = 300;

    /// <summary>
    /// Gets the events per second and pixel that come without any change of the light, all brighter; from 0 to 1e6.
    /// Default 0.01.
    /// </summary>
    public double LeakRate { get; init; } = 0.01;

    /// <summary>
    /// Gets the events per second that chance causes at a dark pixel, half of them brighter; a white one has a quarter.
    /// From 0 to 1e6. Default 0.001.
    /// </summary>
    public double ShotNoiseRate { get; init; } = 0.001;

    /// <summary>
    /// Gets the microseconds after an event during which a pixel loses its events, from 0 to 1e9. Default 500.
    /// </summary>
    public long RefractoryPeriod { get; init; } = 500;

    /// <summary>
    /// Gets what <see cref="EventCameraModel.Esim"/> adds to the light, from 0 for black to 1 for white, before the
    /// logarithm; from 1e-9 to 10. Default 0.001.
    /// </summary>
    public double LogOffset { get; init; } = 0.001;

    /// <summary>Gets the seed of thresholds and noise. Default 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Gets the model ESIM: exact times, no noise, no refractory period, any speed.</summary>
    /// <remarks>Source: Rebecq et al., "ESIM: an Open Event Camera Simulator", CoRL 2018.</remarks>
    public static SimulatedCameraOptions Esim { get; } = new()
    {
        Model = EventCameraModel.Esim,
        ThresholdDeviation = 0,
        CutoffFrequency = 0,
        LeakRate = 0,
        ShotNoiseRate = 0,
        RefractoryPeriod = 0,
    };

    /// <summary>Gets v2e's clean pixels: thresholds that differ by 0.02, and nothing else.</summary>
    /// <remarks>Source: Hu et al., "v2e: From Video Frames to Realistic DVS Events", CVPRW 2021.</remarks>
    public static SimulatedCameraOptions V2eClean { get; } = new()
    {
        ThresholdDeviation = 0.02,
        CutoffFrequency = 0,
        LeakRate = 0,
        ShotNoiseRate = 0,
        RefractoryPeriod = 0,
    };

    /// <summary>Gets v2e's noisy pixels, as in the dark: slow, leaking, and with five noise events a second.</summary>
    /// <remarks>Source: Hu et al., "v2e: From Video Frames to Realistic DVS Events", CVPRW 2021.</remarks>
    public static SimulatedCameraOptions V2eNoisy { get; } = new()
    {
        ThresholdDeviation = 0.05,
        CutoffFrequency = 30,
        LeakRate = 0.1,
        ShotNoiseRate = 5,
    };

    /// <summary>Throws for the first option that is out of its range.</summary>
    internal void Validate()
    {
        string? fault = Range(OnThreshold, 0.01, 10, nameof(OnThreshold))
            ?? Range(OffThreshold, 0.01, 10, nameof(OffThreshold))
            ?? Range(ThresholdDeviation, 0, 10, nameof(ThresholdDeviation))
            ?? Range(CutoffFrequency, 0, LargestRate, nameof(CutoffFrequency))
            ?? Range(LeakRate, 0, LargestRate, nameof(LeakRate))
            ?? Range(ShotNoiseRate, 0, LargestRate, nameof(ShotNoiseRate))
            ?? Range(RefractoryPeriod, 0, 1_000_000_000, nameof(RefractoryPeriod))
            ?? Range(LogOffset, 1e-9, 10, nameof(LogOffset))
            ?? (Enum.IsDefined(Model) ? null : $"{nameof(Model)} is {Model}; it must be " +
                $"{nameof(EventCameraModel.V2e)} or {nameof(EventCameraModel.Esim)}.");
        if (fault is not null)
        {
            throw new ArgumentException(fault);
        }
    }

    private static string? Range(double value, double lowest, double highest, string name) =>
        value >= lowest && value <= highest ? null
            : Invariant($"{name} is {value}; it must be from {lowest} to {highest}.");
}

/// <summary>The way in which light becomes events.</summary>
public enum EventCameraModel
{
    /// <summary>
    /// The logarithm is linear below 20 of 255, and the events between two images are spread evenly.
    /// </summary>
    V2e,

    /// <summary>
    /// The logarithm has an offset, and between two images it changes linearly: an event comes when it has changed by
    /// the threshold.
    /// </summary>
    Esim,
}
