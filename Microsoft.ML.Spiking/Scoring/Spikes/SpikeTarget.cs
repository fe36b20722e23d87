using Microsoft.ML.Spiking.Scoring.Plan;

namespace Microsoft.ML.Spiking.Scoring.Spikes;

/// <summary>
/// The use of spikes where they arise: pooling and averaging cost much less there than in a layer that reads all spikes
/// again.
/// </summary>
/// <param name="Size">Values of a step that leave.</param>
/// <param name="Steps">T, or 1 where the spikes are summed over time.</param>
/// <param name="Places">For each neuron, the place where its spikes are added.</param>
/// <param name="Share">The factor of the sums.</param>
internal sealed record SpikeTarget(int Size, int Steps, int[] Places, float Share)
{
    /// <summary>Gets whether the spikes leave as they are.</summary>
    public bool IsEachStep { get; private init; }

    /// <summary>Gets whether the spikes of all steps are summed.</summary>
    public bool IsMeanOverTime { get; private init; }

    /// <summary>Leaves the spikes as they are.</summary>
    public static SpikeTarget EachStep(int size, int timeSteps) =>
        new(size, timeSteps, InOrder(size), Share: 1) { IsEachStep = true };

    /// <summary>Takes the mean over the time steps.</summary>
    public static SpikeTarget MeanOverTime(int size, int timeSteps) =>
        new(size, Steps: 1, InOrder(size), 1f / timeSteps) { IsMeanOverTime = true };

    /// <summary>
    /// Takes the mean over windows of an image, channels innermost; null if a pixel is in no window or in several, or
    /// if windows differ in size.
    /// </summary>
    public static SpikeTarget? Pooled(PoolWindows windows, int channels, int timeSteps)
    {
        int[]? rows = Owners(windows.Rows, windows.Input.Height);
        int[]? columns = Owners(windows.Columns, windows.Input.Width);
        if (rows is null || columns is null)
        {
            return null;
        }
        int width = windows.Columns.Length, next = 0;
        int[] places = new int[checked(rows.Length * columns.Length * channels)];
        foreach (int row in rows)
        {
            foreach (int column in columns)
            {
                for (int channel = 0; channel < channels; channel++)
                {
                    places[next++] = (((row * width) + column) * channels) + channel;
                }
            }
        }
        int window = (rows.Length / windows.Rows.Length) * (columns.Length / width);
        return new(checked(windows.Rows.Length * width * channels), timeSteps, places, 1f / window);
    }

    // The window of each line; null where not every line has exactly one, or their lengths differ.
    private static int[]? Owners((int First, int End)[] windows, int lines)
    {
        int[] owners = new int[lines];
        int line = 0;
        for (int index = 0; index < windows.Length; index++)
        {
            (int first, int end) = windows[index];
            if (first != line || end > lines || end - first != lines / windows.Length)
            {
                return null;
            }
            for (; line < end; line++)
            {
                owners[line] = index;
            }
        }
        return line == lines ? owners : null;
    }

    private static int[] InOrder(int size)
    {
        int[] places = new int[size];
        for (int i = 0; i < size; i++)
        {
            places[i] = i;
        }
        return places;
    }
}
