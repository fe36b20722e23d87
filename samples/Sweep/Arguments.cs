namespace Sweep;

/// <summary>The arguments of the command line.</summary>
internal sealed record Arguments
{
    /// <summary>Gets the name of the problem, "adult" or "mnist".</summary>
    public required string Problem { get; init; }

    /// <summary>Gets the folder with its files.</summary>
    public required string Data { get; init; }

    /// <summary>Gets an SQLite file or a PostgreSQL connection string; null for a temporary file.</summary>
    public required string? Storage { get; init; }

    /// <summary>Gets the budget of trials.</summary>
    public required int Trials { get; init; }

    /// <summary>Gets the number of epochs of a trial that is trained to the end.</summary>
    public required int Epochs { get; init; }

    /// <summary>Gets the number of rows to search with; null for all.</summary>
    public required int? Rows { get; init; }

    /// <summary>Gets the number of trials that are trained at the same time.</summary>
    public required int Workers { get; init; }

    /// <summary>Gets the number of processor threads for each.</summary>
    public required int? Threads { get; init; }

    /// <summary>Gets how many of the best trials are trained again.</summary>
    public required int Stability { get; init; }

    public required int Seed { get; init; }

    /// <summary>Gets the file of the picture.</summary>
    public required string Picture { get; init; }
}
