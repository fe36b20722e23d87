namespace BatchScoring;

/// <summary>What the command line says.</summary>
internal sealed record Arguments
{
    public required string Model { get; init; }

    public required string Input { get; init; }

    public required string Output { get; init; }

    /// <summary>The fields of a line that are features; null for all of them.</summary>
    public FieldRange? Features { get; init; }

    /// <summary>Whether the first line holds names.</summary>
    public required bool Header { get; init; }

    /// <summary>What stands between two fields.</summary>
    public required char Separator { get; init; }

    /// <summary>Rows that are scored, written and forced to the disk together.</summary>
    public required int BlockRows { get; init; }

    /// <summary>Whether rows with a value that is missing or no number get an empty line instead of ending the program.</summary>
    public required bool AllowMissing { get; init; }

    /// <summary>Whether an output that is there, or that was begun in another way, is given up.</summary>
    public required bool Overwrite { get; init; }
}
