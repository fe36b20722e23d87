using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.ML.Spiking.Sweeps;
using Microsoft.ML.Spiking.Tool.Code;
using Microsoft.ML.Spiking.Tool.Data;
using Microsoft.ML.Spiking.Tool.Models;
using Microsoft.ML.Spiking.Tool.Settings;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.Tool.Commands;

/// <summary>Searches for good settings and saves the best model.</summary>
internal sealed class SweepCommand : ToolCommand
{
    private static readonly string[] OfTheSweep =
    [
        nameof(SpikingClifTrainer.Options.CheckpointFolder), nameof(SpikingClifTrainer.Options.CheckpointEveryBatches),
        nameof(SpikingClifTrainer.Options.CheckpointEveryMinutes),
    ];

    private readonly Argument<string> _data =
        new("data") { Description = "A CSV file, IDX images, or a folder: see train." };

    private readonly Option<string> _output = new("--output", "-o")
    {
        Description = "The best model's file.",
        DefaultValueFactory = _ => "model.zip",
        HelpName = "FILE",
    };

    private readonly Option<string[]> _without = new("--without")
    {
        Description = $"What is not varied. Varied are {string.Join(", ", Names(SweepSpace.Default))}.",
        AllowMultipleArgumentsPerToken = true,
        HelpName = "NAME ...",
    };

    private readonly Option<int> _seed = Seed();
    private readonly DataOptions _dataOptions;
    private readonly SettingOptions<SweepSettings> _sweep = new([nameof(SweepSettings.Seed)]);
    private readonly SettingOptions<SpikingClifTrainer.Options> _trainer;

    public SweepCommand() : base("sweep", "Searches for good settings, and saves the best model as an ML.NET zip.")
    {
        Add(_data);
        Add(_output);
        Add(_without);
        Add(_seed);
        _dataOptions = new DataOptions(this, isTraining: true);
        _trainer = new([.. TrainCommand.Decided, .. OfTheSweep, .. _sweep.Properties]);
        foreach (Option option in _sweep.All.Concat(_trainer.All))
        {
            Add(option);
        }
    }

    public override IReadOnlyList<string> Examples =>
    [
        "spiking sweep adult.csv --label income --maximum-trials 32 --epochs 9",
        "spiking sweep mnist/ --storage sweep.db --workers 2 --maximum-time 1:00:00",
        "spiking sweep adult.csv --label income --without augmentation-strength --stability-trials 2",
    ];

    public override int Run(ParseResult parsed, Session session)
    {
        SpikingClifTrainer.Options options = _trainer.Read(parsed);
        SweepSettings settings = _sweep.Read(parsed);
        string output = parsed.GetRequiredValue(_output);
        OutputPaths.Check(
            [new("--output", output), new("--storage", parsed.GetValue<string?>("--storage")),
                new("--checkpoint-folder", settings.CheckpointFolder)],
            _dataOptions.Inputs(parsed, parsed.GetRequiredValue(_data)));
        DataSource source = DataSources.ForTraining(_dataOptions.Read(parsed, parsed.GetRequiredValue(_data)));
        (options.LabelColumnName, options.FeatureColumnName) = (source.LabelColumn, source.FeatureColumn);
        MLContext ml = session.Context(parsed.GetValue(_seed));
        settings.Trainer = options;
        settings.Seed = parsed.GetValue(_seed);
        settings.Space = Space(parsed.GetValue(_without) ?? []);
        settings.Featurizers = source.Featurizers(ml);
        settings.CancellationToken = session.Token;
        settings.Progress = new Reporter(session);
        settings.Validate();
        options.Validate();
        ModelFile.CheckWritable(output);
        foreach (string warning in source.Warnings)
        {
            session.Warn(warning);
        }
        return Search(session, ml, source, settings, output);
    }

    private static int Search(
        Session session, MLContext ml, DataSource source, SweepSettings settings, string output)
    {
        IDataView rows = source.Load(ml);
        (IDataView keyed, IReadOnlyList<string> classes) = LabelKeys.Learn(ml, source, rows);
        session.Say(Invariant($"{source.Kind}: {source.Rows:N0} rows, {classes.Count} classes"));
        SweepResult result = ml.MulticlassClassification.SweepSpikingClif(keyed, settings);
        if (result.HasBestModel)
        {
            ITransformer names = ml.Transforms.Conversion.MapKeyToValue(settings.Trainer.PredictedLabelColumnName)
                .Fit(result.BestModel.Transform(keyed));
            ModelFile.Save(ml, new Microsoft.ML.Data.TransformerChain<ITransformer>(result.BestModel, names),
                rows.Schema, output);
        }
        string[] best = [.. Literal.Assignments(result.BestOptions, [nameof(SpikingClifTrainer.Options.Seed)])];
        var json = new JsonObject
        {
            ["model"] = result.HasBestModel ? output : null,
            ["end"] = result.End.ToString(),
            ["metric"] = result.Metric.ToString(),
            ["score"] = result.BestTrial.Score,
            ["epochsSpent"] = result.EpochsSpent,
            ["bestTrial"] = result.BestTrial.Number,
            ["bestOptions"] = new JsonArray([.. best.Select(assignment => JsonValue.Create(assignment))]),
            ["trials"] = JsonSerializer.SerializeToNode(result.Trials, JsonSerializerOptions.Web),
        };
        session.Result(json, $"{result}\n" + (result.HasBestModel ? $"{output}: trial {result.BestTrial.Number}"
            : "The sweep ended before there was a model; start it again with the same --storage.") +
            $"\nOptions {{ {string.Join(", ", best)} }}");
        return result.End == SweepEnd.Cancelled ? ExitCodes.Cancelled : ExitCodes.Done;
    }

    private static IEnumerable<string> Names(SweepSpace space) => space.Names.Select(OptionNames.Of);

    private static SweepSpace Space(string[] without)
    {
        SweepSpace space = SweepSpace.Default;
        foreach (string name in without)
        {
            string property = space.Names.FirstOrDefault(found => OptionNames.Of(found) == OptionNames.Of(name))
                ?? throw ToolException.Usage(
                    $"--without: '{name}' is not varied; {Nearest.Hint(name, [.. Names(space)])}.");
            space = space.Without(property);
        }
        return space;
    }

    private sealed class Reporter(Session session) : IProgress<SweepProgress>
    {
        public void Report(SweepProgress value) => session.Say(
            Invariant($"trial {value.Trial}, epoch {value.Epoch} of {value.Epochs}: {value.Score:0.0000}") +
            (value.BestScore is double best ? Invariant($"; best {best:0.0000} of trial {value.BestTrial}") : ""));
    }
}
