namespace Microsoft.ML.Spiking.Tool.Data;

/// <summary>The command line's arguments about data.</summary>
internal sealed record DataArguments
{
    public required string DataPath { get; init; }

    /// <summary>Gets the label's column; null for that of the model, or "Label".</summary>
    public string? Label { get; init; }

    public char? Separator { get; init; }

    /// <summary>Gets whether the first line of a CSV file has names; null to detect it.</summary>
    public bool? HasHeader { get; init; }

    /// <summary>Gets the columns of a CSV file that are left out.</summary>
    public IReadOnlyList<string> Ignored { get; init; } = [];

    /// <summary>Gets the columns of a CSV file that are categories though they hold numbers.</summary>
    public IReadOnlyList<string> Categories { get; init; } = [];

    /// <summary>Gets the IDX file of labels; null for the one that goes with the images.</summary>
    public string? LabelsFile { get; init; }

    /// <summary>Gets height and width to which images are resized.</summary>
    public int ImageSize { get; init; } = 32;

    /// <summary>Gets the number of frames of a recording.</summary>
    public int Frames { get; init; } = 10;

    /// <summary>Gets the duration of a frame in microseconds; null for frames of equally many events.</summary>
    public long? FrameDuration { get; init; }

    /// <summary>Gets width and height of the camera; null for what the files say.</summary>
    public (int Width, int Height)? Sensor { get; init; }
}
