using System.CommandLine;

namespace Tables;

/// <summary>The arguments of the command line.</summary>
internal sealed record Arguments
{
    /// <summary>Gets the folder of the tables.</summary>
    public required string Data { get; init; }

    /// <summary>Gets the names of the tables; empty for all of the folder.</summary>
    public required IReadOnlyList<string> Only { get; init; }

    /// <summary>Gets the names of the trainers; empty for all.</summary>
    public required IReadOnlyList<string> Trainers { get; init; }

    /// <summary>Gets the number of random splits of each table.</summary>
    public required int Splits { get; init; }

    /// <summary>Gets the folder for the measurements and the picture; null for none.</summary>
    public required string? Results { get; init; }
}

/// <summary>The command line, with a message for each mistake.</summary>
internal static class CommandLine
{
    /// <summary>Returns the command, which calls <paramref name="run"/> and returns its exit code.</summary>
    public static RootCommand Create(Func<Arguments, int> run)
    {
        var data = new Option<string>("--data")
        {
            Description = "folder of *.tsv or *.tsv.gz tables; by default the folder 'tables' of SPIKING_DATA, or of " +
                "../shared/data",
        };
        var only = new Option<string[]>("--only")
        {
            Description = "names of tables; by default all of the folder",
            AllowMultipleArgumentsPerToken = true,
        };
        var trainers = new Option<string[]>("--trainers")
        {
            Description = "names of trainers; by default all",
            AllowMultipleArgumentsPerToken = true,
        };
        trainers.AcceptOnlyFromAmong([.. Contender.All.Select(contender => contender.Name)]);
        var splits = new Option<int>("--splits")
        {
            Description = "random splits of each table into 70 % for training and 30 % for testing",
            DefaultValueFactory = _ => 5,
        };
        splits.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1)
            {
                result.AddError("--splits must be at least 1.");
            }
        });
        var results = new Option<string?>("--results")
        {
            Description = "folder for tables.csv, all measurements, and tables.png; by default none",
        };
        var command = new RootCommand("Compares trainers with their defaults on tables.")
        {
            data, only, trainers, splits, results,
        };
        command.SetAction(parsed => run(new()
        {
            Data = parsed.GetValue(data) ?? Path.Combine(
                Environment.GetEnvironmentVariable("SPIKING_DATA") ?? Path.Combine("..", "shared", "data"), "tables"),
            Only = parsed.GetValue(only) ?? [],
            Trainers = parsed.GetValue(trainers) ?? [],
            Splits = parsed.GetValue(splits),
            Results = parsed.GetValue(results),
        }));
        return command;
    }
}
