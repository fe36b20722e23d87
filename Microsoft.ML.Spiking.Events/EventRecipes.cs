namespace Microsoft.ML.Spiking.Events;

/// <summary>
/// The frames of the CLIF paper's two data sets of event cameras; their trainings are
/// <see cref="SpikingClifRecipes.DvsGesture"/> and <see cref="SpikingClifRecipes.DvsCifar10"/>.
/// </summary>
/// <remarks>Source: Huang et al., ICML 2024, arXiv 2402.04663, and the authors' code.</remarks>
public static class EventRecipes
{
    private const int Dvs128 = 128;

    /// <summary>
    /// DVS Gesture: 20 frames of 128x128 with equal numbers of events, counts as they are. The recordings are those of
    /// <see cref="EventRecording.OfDvsGestureTrials"/>.
    /// </summary>
    public static EventFrameOptions DvsGesture() => new()
    {
        SensorWidth = Dvs128,
        SensorHeight = Dvs128,
        Windows = EventWindows.SpikingJellyNumber(20),
    };

    /// <summary>
    /// DVS-CIFAR10: 10 frames of 48x48 with equal numbers of events, of the nearest pixels, at most 10 in each. The
    /// recordings are those of <see cref="EventRecording.OfCifar10Dvs"/>.
    /// </summary>
    /// <param name="asPublished">
    /// True for the frames of the authors' published code, for comparison (<see cref="EventScaling.ClifAuthors"/>).
    /// They read recordings with <see cref="EventReaderOptions.FlipVertically"/>, upside down.
    /// </param>
    public static EventFrameOptions DvsCifar10(bool asPublished = false) => new()
    {
        SensorWidth = Dvs128,
        SensorHeight = Dvs128,
        Width = 48,
        Height = 48,
        Windows = EventWindows.SpikingJellyNumber(10),
        Scaling = asPublished ? EventScaling.ClifAuthors : EventScaling.Nearest,
        MaximumValue = asPublished ? null : 10,
    };
}
