namespace BatchScoring;

/// <summary>The arguments of the command line.</summary>
internal sealed record Arguments
{
    public required string Model { get; init; }

    public required string Input { get; init; }

    public required string Output { get; init; }

    /// <summary>Gets the fields of a line of CSV that are features; null for all of them.</summary>
    public FieldRange? Features { get; init; }

    /// <summary>Gets whether the first line of CSV holds names.</summary>
    public required bool Header { get; init; }

    /// <summary>Gets the character between two fields of CSV; null if none was given.</summary>
    public char? Separator { get; init; }

    public char SeparatorOrComma => Separator ?? ',';

    /// <summary>Gets the columns of Parquet that are features; null for the one that the model names.</summary>
    public string? Columns { get; init; }

    /// <summary>Gets the part of the rows to score; null for all of them.</summary>
    public Partition? Partition { get; init; }

    /// <summary>Gets the path of the predictions of the partition, or of all rows.</summary>
    public string OutputFile => Partition?.PathOf(Output) ?? Output;

    /// <summary>Gets the number of rows that are scored, written and flushed to the disk together.</summary>
    public required int BlockRows { get; init; }

    /// <summary>
    /// Gets whether a value that is missing or not a number leaves its row empty instead of ending the run.
    /// </summary>
    public required bool AllowMissing { get; init; }

    /// <summary>Gets whether an output that exists, or that was begun with other settings, is replaced.</summary>
    public required bool Overwrite { get; init; }

    /// <summary>Returns whether a file is Parquet, by its name; all others are CSV.</summary>
    public static bool IsParquet(string path) => path.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase);
}
