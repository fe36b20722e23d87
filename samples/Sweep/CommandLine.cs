using System.CommandLine;

namespace Sweep;

/// <summary>The command line, with a message for each mistake.</summary>
internal sealed class CommandLine
{
    private readonly Argument<string> _problem =
        new("problem") { Description = "adult (a table) or mnist (images of digits)" };

    private readonly Option<string> _data = new("--data")
    {
        Description =
            "folder of adult.txt.gz or of MNIST's four files; by default that of SPIKING_DATA, or ../shared/data",
    };

    private readonly Option<string?> _storage = new("--storage")
    {
        Description =
            "an SQLite file, or a PostgreSQL connection string (Host=...), shared by all workers of the sweep; " +
            "the sweep continues when it is started again",
    };

    private readonly Option<int> _trials = Count("--trials", "trials, the budget of the sweep", 32);
    private readonly Option<int> _epochs = Count("--epochs", "epochs of a trial that is trained to the end", 9);
    private readonly Option<int?> _rows =
        new("--rows")
        {
            Description = "rows to search with, including those held out; by default 12000 of MNIST, all of Adult",
        };
    private readonly Option<int> _workers = Count("--workers", "trials that this process trains at the same time", 1);
    private readonly Option<int> _stability =
        Count("--stability", "how many of the best trials are trained again with three other seeds", 2, least: 0);
    private readonly Option<int?> _threads =
        new("--threads") { Description = "processor threads of each; by default all, shared among them" };
    private readonly Option<int> _seed =
        Count("--seed", "the seed of the trials' values and trainings", 1);

    private readonly Option<string> _picture = new("--picture")
    {
        Description = "the picture of the search, a PNG",
        DefaultValueFactory = _ => "sweep.png",
    };

    /// <summary>Returns the command, which calls <paramref name="run"/> and returns its exit code.</summary>
    public RootCommand Command(Func<Arguments, int> run)
    {
        _problem.AcceptOnlyFromAmong("adult", "mnist");
        foreach (Option<int?> option in new[] { _rows, _threads })
        {
            option.Validators.Add(result =>
            {
                if (result.GetValueOrDefault<int?>() < 1)
                {
                    result.AddError($"{option.Name} must be at least 1.");
                }
            });
        }
        var command = new RootCommand(
            "Searches for good settings of a spiking network, draws the search, and compares them " +
            "with the defaults on rows that it has never seen.")
        {
            _problem, _data, _storage, _trials, _epochs, _rows, _workers, _threads, _stability, _seed, _picture,
        };
        command.SetAction(parsed => run(new()
        {
            Problem = parsed.GetRequiredValue(_problem),
            Data = parsed.GetValue(_data) ?? Environment.GetEnvironmentVariable("SPIKING_DATA")
                ?? Path.Combine("..", "shared", "data"),
            Storage = parsed.GetValue(_storage),
            Trials = parsed.GetValue(_trials),
            Epochs = parsed.GetValue(_epochs),
            Rows = parsed.GetValue(_rows),
            Workers = parsed.GetValue(_workers),
            Threads = parsed.GetValue(_threads),
            Stability = parsed.GetValue(_stability),
            Seed = parsed.GetValue(_seed),
            Picture = parsed.GetRequiredValue(_picture),
        }));
        return command;
    }

    private static Option<int> Count(string name, string description, int ifNotGiven, int least = 1)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => ifNotGiven };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < least)
            {
                result.AddError($"{name} must be at least {least}.");
            }
        });
        return option;
    }
}
