using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.ML.Spiking.Tool.Code;
using Microsoft.ML.Spiking.Tool.Data;
using Microsoft.ML.Spiking.Tool.Models;
using Microsoft.ML.Spiking.Tool.Settings;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.Tool.Commands;

/// <summary>Trains a network and saves the model.</summary>
internal sealed class TrainCommand : ToolCommand
{
    /// <summary>Properties of the trainer's options that data, command or process decide.</summary>
    public static readonly string[] Decided =
    [
        nameof(SpikingClifTrainer.Options.LabelColumnName), nameof(SpikingClifTrainer.Options.FeatureColumnName),
        nameof(SpikingClifTrainer.Options.ExampleWeightColumnName),
        nameof(SpikingClifTrainer.Options.PredictedLabelColumnName),
        nameof(SpikingClifTrainer.Options.ScoreColumnName), nameof(SpikingClifTrainer.Options.InputShape),
        nameof(SpikingClifTrainer.Options.PixelOrder), nameof(SpikingClifTrainer.Options.Seed),
        nameof(SpikingClifTrainer.Options.KeepBestOnCancellation),
        nameof(SpikingClifTrainer.Options.ScoringBackend), nameof(SpikingClifTrainer.Options.ScoringDevice),
        // No model's training is continued here, and there are no ranks: both would only be refused.
        nameof(SpikingClifTrainer.Options.KeepZeroWeights), nameof(SpikingClifTrainer.Options.SynchronizeBatchNorm),
    ];

    private readonly Argument<string> _data =
        new("data") { Description = "A CSV file, IDX images, or a folder: of class folders, or of IDX files." };

    private readonly Option<string> _output = new("--output", "-o")
    {
        Description = "The model's file.",
        DefaultValueFactory = _ => "model.zip",
        HelpName = "FILE",
    };

    private readonly Option<string?> _validation = new("--validation")
    {
        Description = "Data to choose the best epoch by. Default: a part of the rows is held out.",
        HelpName = "PATH",
    };

    private readonly Option<double> _holdout = new("--holdout")
    {
        Description = "The part of the rows that is held out, at least 0 and below 1; with 0 the last epoch is kept.",
        DefaultValueFactory = _ => 0.2,
        HelpName = "X",
    };

    private readonly Option<string?> _history = new("--history")
    {
        Description = "A file that gets the figures of all epochs, JSON; inspect --history draws the learning curve.",
        HelpName = "FILE",
    };

    private readonly Option<bool> _showCode =
        new("--show-code") { Description = "Print the C# that does the same instead of training." };

    private readonly Option<int> _seed = Seed();
    private readonly DataOptions _dataOptions;
    private readonly SettingOptions<SpikingClifTrainer.Options> _settings = new(Decided);

    public TrainCommand() : base("train", "Trains a network and saves the model as an ML.NET zip.")
    {
        Add(_data);
        foreach (Option option in (Option[])[_output, _validation, _holdout, _history, _showCode, _seed])
        {
            Add(option);
        }
        _dataOptions = new DataOptions(this, isTraining: true);
        foreach (Option option in _settings.All)
        {
            Add(option);
        }
    }

    public override IReadOnlyList<string> Examples =>
    [
        "spiking train iris.csv --label Species --output model.zip",
        "spiking train mnist/ --network 512-512 --epochs 10 --time-steps 4",
        "spiking train photos/ --image-size 32 --network \"conv 32-64\" --neuron lif,membrane-time-constant=3",
        "spiking train recordings/ --sensor 34x34 --frames 10 --network \"conv 16-32\"",
        "spiking train iris.csv --label Species --show-code > Program.cs",
    ];

    public override int Run(ParseResult parsed, Session session)
    {
        SpikingClifTrainer.Options options = _settings.Read(parsed);
        string output = parsed.GetRequiredValue(_output);
        OutputPaths.Check(
            [new("--output", output), new("--history", parsed.GetValue(_history)),
                new("--checkpoint-folder", options.CheckpointFolder)],
            [.. _dataOptions.Inputs(parsed, parsed.GetRequiredValue(_data)),
                new("the validation data", parsed.GetValue(_validation))]);
        double holdout = parsed.GetValue(_holdout);
        if (!(holdout >= 0 && holdout < 1))
        {
            throw ToolException.Usage(Invariant($"--holdout is {holdout}; it must be at least 0 and below 1."));
        }
        DataArguments data = _dataOptions.Read(parsed, parsed.GetRequiredValue(_data));
        DataSource source = DataSources.ForTraining(data);
        int seed = parsed.GetValue(_seed);
        (options.LabelColumnName, options.FeatureColumnName, options.Seed) =
            (source.LabelColumn, source.FeatureColumn, seed);
        options.KeepBestOnCancellation = true;
        options.Validate();
        if (parsed.GetValue(_showCode))
        {
            if (parsed.GetValue(_validation) is not null)
            {
                throw ToolException.Usage("--show-code knows --holdout, not --validation.");
            }
            session.Output.Write(TrainingCode.Of(new(source, null, holdout, seed, options, output)));
            return ExitCodes.Done;
        }
        ModelFile.CheckWritable(output);
        return Train(parsed, session, data, new TrainingPlan(source, null, holdout, seed, options, output));
    }

    private int Train(ParseResult parsed, Session session, DataArguments data, TrainingPlan plan)
    {
        MLContext ml = session.Context(plan.Seed);
        foreach (string warning in plan.Source.Warnings)
        {
            session.Warn(warning);
        }
        if (parsed.GetValue(_validation) is string path)
        {
            plan = plan with { Validation = Like(ml, plan.Source, data with { DataPath = path, LabelsFile = null }) };
        }
        PreparedRows rows = plan.Prepare(ml);
        session.Say(Invariant($"{plan.Source.Kind}: {plan.Source.Rows:N0} rows, {rows.Classes.Count} classes"));
        var progress = new EpochProgress(session);
        plan.Options.MetricsCallback = progress.Epoch;
        plan.Options.ProgressCallback = progress.Batch;
        plan.Options.CancellationToken = session.Token;
        ITransformer model = plan.Train(ml, rows);
        ModelFile.Save(ml, model, rows.Schema, plan.Output);
        if (parsed.GetValue(_history) is string history)
        {
            ModelFile.Write(history, file => File.WriteAllText(file, JsonSerializer.Serialize(progress.Epochs)));
        }
        TrainingReport? report =
            rows.Validation is null ? null : ml.Model.TrainingResults(model, rows.Validation, progress.Epochs);
        bool isCancelled = session.Token.IsCancellationRequested;
        session.Result(Json(plan, rows, report, progress, isCancelled), Text(plan, report, progress, isCancelled));
        return isCancelled ? ExitCodes.Cancelled : ExitCodes.Done;
    }

    /// <summary>Opens validation data, which must be like the training data.</summary>
    private static DataSource Like(MLContext ml, DataSource source, DataArguments data) => source switch
    {
        CsvSource => CsvSource.ForModel(data, source.Load(ml).Schema, source.LabelColumn, needsLabel: true),
        IdxSource => IdxSource.Open(data, isTraining: false, needsLabels: true),
        _ => DataSources.ForTraining(data),
    };

    private static JsonObject Json(
        TrainingPlan plan, PreparedRows rows, TrainingReport? report, EpochProgress progress, bool isCancelled) => new()
        {
            ["model"] = plan.Output,
            ["kind"] = plan.Source.Kind,
            ["rows"] = plan.Source.Rows,
            ["classes"] = new JsonArray([.. rows.Classes.Select(name => JsonValue.Create(name))]),
            ["seed"] = plan.Seed,
            ["cancelled"] = isCancelled,
            ["epochs"] = progress.Epochs.Count,
            ["validation"] = report is null ? null : Session.Node(report),
        };

    private static string Text(TrainingPlan plan, TrainingReport? report, EpochProgress progress, bool isCancelled)
    {
        string epochs = Invariant($"{progress.Epochs.Count} epochs{(isCancelled ? ", cancelled" : "")}");
        return report is null
            ? $"{plan.Output}: {epochs}"
            : Invariant($"{plan.Output}: accuracy {100 * report.Accuracy:0.00} % on {report.Rows:N0} validation ") +
                $"rows, {epochs}";
    }
}
