namespace BatchScoring;

/// <summary>The arguments of the command line.</summary>
internal sealed record Arguments
{
    public required string Model { get; init; }

    public required string Input { get; init; }

    public required string Output { get; init; }

    /// <summary>Gets the fields of a line that are features; null for all of them.</summary>
    public FieldRange? Features { get; init; }

    /// <summary>Gets whether the first line holds names.</summary>
    public required bool Header { get; init; }

    /// <summary>Gets the character between two fields.</summary>
    public required char Separator { get; init; }

    /// <summary>Gets the number of rows that are scored, written and flushed to the disk together.</summary>
    public required int BlockRows { get; init; }

    /// <summary>
    /// Gets whether a value that is missing or not a number leaves its row empty instead of ending the run.
    /// </summary>
    public required bool AllowMissing { get; init; }

    /// <summary>Gets whether an output that exists, or that was begun with other settings, is replaced.</summary>
    public required bool Overwrite { get; init; }
}
