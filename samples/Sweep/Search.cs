using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Spiking;
using Microsoft.ML.Spiking.Sweeps;
using Spectre.Console;

namespace Sweep;

/// <summary>The sweep, its picture, and the comparison.</summary>
internal sealed class Search(Arguments arguments, CancellationToken token)
{
    private readonly MLContext _ml = new(arguments.Seed);

    public void Run()
    {
        _ml.Log += (_, entry) =>
        {
            if (entry.Source.Contains(nameof(SweepCatalog.SweepSpikingClif), StringComparison.Ordinal)
                && entry.Kind > Microsoft.ML.Runtime.ChannelMessageKind.Trace)
            {
                AnsiConsole.WriteLine(entry.RawMessage);
            }
        };
        using IProblem problem = arguments.Problem == "adult" ? new AdultProblem() : new MnistProblem();
        (IDataView search, IDataView test) = problem.Load(_ml, arguments);
        SweepSettings settings = Settings(problem);
        SweepResult result = _ml.MulticlassClassification.SweepSpikingClif(search, settings);

        Report.Show(result);
        SearchPicture.Draw(arguments.Picture,
            $"{problem.Name}: {result.Trials.Count} trials, {result.EpochsSpent} epochs", result);
        if (result.End == SweepEnd.Finished)
        {
            Compare(problem, settings, result, search, test);
        }
    }

    private SweepSettings Settings(IProblem problem) => new()
    {
        Featurizers = problem.Featurizers(_ml),
        Space = problem.Space,
        Trainer = new()
        {
            InputShape = problem.InputShape,
            Epochs = arguments.Epochs,
            NumberOfThreads = arguments.Threads,
            Device = ComputeDevice.Auto,
        },
        MaximumTrials = arguments.Trials,
        Workers = arguments.Workers,
        Seed = arguments.Seed,
        Name = arguments.Problem,
        Storage = arguments.Storage is null ? null : SweepStorage.Parse(arguments.Storage),
        StabilityTrials = arguments.Stability,
        CancellationToken = token,
    };

    /// <summary>Trains all contenders on the same rows: those of the search, including the held-out ones.</summary>
    private void Compare(IProblem problem, SweepSettings settings, SweepResult result, IDataView search, IDataView test)
    {
        ITransformer featurizers = settings.Featurizers!.Fit(search);
        IDataView train = _ml.Data.Cache(featurizers.Transform(search));
        IDataView unseen = featurizers.Transform(test);
        SpikingClifTrainer.Options defaults = settings.Trainer;
        defaults.Seed = arguments.Seed;
        var rows = new List<(string Name, MulticlassClassificationMetrics Metrics)>
        {
            ("SpikingClif, defaults",
                Score(_ml.MulticlassClassification.Trainers.SpikingClif(defaults).Fit(train), unseen)),
            ("SpikingClif, the sweep's best options",
                Score(_ml.MulticlassClassification.Trainers.SpikingClif(result.BestOptions).Fit(train), unseen)),
            ("the sweep's best model (trained on fewer rows)", Score(result.BestModel, test)),
        };
        if (problem.Other(_ml) is { } other)
        {
            rows.Add((other.Name, Score(other.Trainer.Fit(train), unseen)));
        }
        Report.ShowComparison(rows);
    }

    private MulticlassClassificationMetrics Score(ITransformer model, IDataView data) =>
        _ml.MulticlassClassification.Evaluate(model.Transform(data));
}
