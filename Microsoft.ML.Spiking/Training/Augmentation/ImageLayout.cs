using Microsoft.ML.Spiking.Networks.Definition;


namespace Microsoft.ML.Spiking.Training.Augmentation;

/// <summary>The layout of a row's values: [frames, channels, height, width].</summary>
internal readonly record struct ImageLayout(int Frames, int Channels, int Height, int Width)
{
    /// <summary>Gets the number of values in a plane, one channel of one frame.</summary>
    public int PlaneSize => Height * Width;

    /// <summary>Gets the number of planes in a row.</summary>
    public int Planes => Frames * Channels;

    /// <summary>Gets the number of values in a row.</summary>
    public int RowSize => Planes * PlaneSize;

    /// <summary>Returns the layout of rows; vectors are images of one line.</summary>
    public static ImageLayout Of(RowLayout rows)
    {
        int frames = rows.TimeSteps ?? 1;
        return rows.StepShape is [int channels, int height, int width]
            ? new(frames, channels, height, width)
            : new(frames, 1, 1, rows.StepShape.Aggregate(1, (product, length) => product * length));
    }
}
