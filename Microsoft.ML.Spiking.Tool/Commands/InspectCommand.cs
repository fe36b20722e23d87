using System.CommandLine;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.ML.Spiking.Plots.Pages;
using Microsoft.ML.Spiking.Tool.Data;
using Microsoft.ML.Spiking.Tool.Models;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.Tool.Commands;

/// <summary>Describes a network and, with data, its activity.</summary>
internal sealed class InspectCommand : ToolCommand
{
    private readonly Argument<string> _model = new("model") { Description = "The model zip." };
    private readonly Argument<string?> _data = new("data")
    {
        Description = "Data as the model takes it; without it the network alone is shown.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> _html = new("--html")
    {
        Description = "A folder that gets a page with pictures, index.html, which opens without a server.",
        HelpName = "FOLDER",
    };

    private readonly Option<int[]> _rows = new("--rows")
    {
        Description = "Rows, from 0, whose spikes are drawn and whose predictions are explained. Default: 0.",
        AllowMultipleArgumentsPerToken = true,
        HelpName = "N ...",
    };

    private readonly Option<int> _mostRows = Number("--maximum-rows",
        "The most rows that firing rates and energy are measured on.", 1000, 1, int.MaxValue);

    private readonly Option<string?> _history = new("--history")
    {
        Description = "The file that train --history wrote, for the learning curve.",
        HelpName = "FILE",
    };

    private readonly Option<bool> _noGradients = new("--no-gradients")
    {
        Description = "Leave out the gradients through time, which need libtorch.",
    };

    private readonly DataOptions _dataOptions;

    public InspectCommand() : base("inspect",
        "Shows a network's layers and, with data, firing rates, energy, results and explanations.")
    {
        Add(_model);
        Add(_data);
        foreach (Option option in (Option[])[_html, _rows, _mostRows, _history, _noGradients])
        {
            Add(option);
        }
        _dataOptions = new DataOptions(this, isTraining: false);
    }

    public override IReadOnlyList<string> Examples =>
    [
        "spiking inspect model.zip",
        "spiking inspect model.zip test.csv --html report --rows 0 7",
        "spiking inspect model.zip test.csv --json",
    ];

    public override int Run(ParseResult parsed, Session session)
    {
        string path = parsed.GetRequiredValue(_model);
        int[] rows = parsed.GetValue(_rows) is { Length: > 0 } given ? given : [0];
        OutputPaths.Check(Pictures(parsed.GetValue(_html), rows),
            [new("the model", path), new("the history", parsed.GetValue(_history)),
                .. _dataOptions.Inputs(parsed, parsed.GetValue(_data))]);
        MLContext ml = session.Context();
        ModelFile model = ModelFile.Load(ml, path);
        IReadOnlyList<EpochMetrics> epochs = Epochs(parsed.GetValue(_history));
        (DataSource? source, IDataView? data) = Open(parsed, ml, model);
        if (source is not null && rows.FirstOrDefault(row => row < 0 || row >= source.Rows, -1) is int odd and not -1)
        {
            throw ToolException.Usage(Invariant($"There is no row {odd}; the data has rows 0 to {source.Rows - 1}."));
        }
        if (parsed.GetValue(_html) is string folder)
        {
            return Save(session, () => ml.Model.SaveInspection(model.Model, data, folder, new InspectionOptions
            {
                Title = Path.GetFileName(path),
                Rows = rows,
                MaximumRows = parsed.GetValue(_mostRows),
                Epochs = epochs,
                HasGradients = !parsed.GetValue(_noGradients),
            }));
        }
        (JsonObject json, string text) = Card(path, model);
        if (data is not null)
        {
            text += "\n" + AddReports(parsed, ml, model, data, rows, epochs, source!.HasLabels, json);
        }
        session.Result(json, text);
        return ExitCodes.Done;
    }

    /// <summary>Returns the files of the page whose names files that are read can have, too.</summary>
    private static IEnumerable<NamedPath> Pictures(string? folder, int[] rows) => folder is null ? []
        : rows.SelectMany(row => new[] { Invariant($"row-{row}.png"), Invariant($"explanation-{row}.png") })
            .Append("index.html").Distinct().Select(name => new NamedPath("--html", Path.Combine(folder, name)));

    private (DataSource? Source, IDataView? Data) Open(ParseResult parsed, MLContext ml, ModelFile model)
    {
        if (parsed.GetValue(_data) is not string path)
        {
            return (null, null);
        }
        DataSource source = DataSources.ForModel(_dataOptions.Read(parsed, path), model, needsLabels: false);
        IDataView rows = source.Load(ml);
        return (source, source.HasLabels
            ? LabelKeys.Map(ml, source, rows, model.Network.Label.Name, model.Classes)
            : ml.Transforms.DropColumns(model.Network.Label.Name) is { } drop
                && rows.Schema.GetColumnOrNull(model.Network.Label.Name) is not null
                ? drop.Fit(rows).Transform(rows) : rows);
    }

    private static int Save(Session session, Func<string> save)
    {
        string page;
        try
        {
            page = save();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw ToolException.Usage(exception.Message, exception);
        }
        session.Result(new JsonObject { ["page"] = page }, page);
        return ExitCodes.Done;
    }

    private static (JsonObject Json, string Text) Card(string path, ModelFile model)
    {
        var card = new NetworkCard(model.Network.Model);
        var text = new StringBuilder($"{path}\n\n");
        foreach ((string name, string fact) in card.Facts.Append(("Class names", string.Join(", ", model.Classes))))
        {
            text.Append(Invariant($"{name + ":",-20}")).Append(fact).Append('\n');
        }
        (string, string, string, string, string)[] lines =
        [
            ("layer", "kind", "input", "output", "parameters"),
            .. card.Layers.Select(layer => (new string(' ', 2 * layer.Depth) + layer.Name, layer.Kind, layer.Input,
                layer.Output, Invariant($"{layer.Parameters:N0}"))),
        ];
        (int name, int kind, int input, int output) width = (lines.Max(line => line.Item1.Length),
            lines.Max(line => line.Item2.Length), lines.Max(line => line.Item3.Length),
            lines.Max(line => line.Item4.Length));
        text.Append('\n');
        foreach ((string name, string kind, string input, string output, string parameters) in lines)
        {
            text.Append(name.PadRight(width.name)).Append("  ").Append(kind.PadRight(width.kind)).Append("  ")
                .Append(input.PadRight(width.input)).Append("  ").Append(output.PadRight(width.output)).Append("  ")
                .Append(parameters.PadLeft(11)).Append('\n');
        }
        var json = new JsonObject
        {
            ["model"] = path,
            ["network"] = JsonSerializer.SerializeToNode(model.Network.Model.Network, JsonSerializerOptions.Web),
            ["parameters"] = card.Parameters,
            ["neurons"] = new JsonArray([.. card.Neurons.Select(neuron => JsonValue.Create(neuron))]),
            ["classes"] = new JsonArray([.. model.Classes.Select(name => JsonValue.Create(name))]),
            ["inputs"] = new JsonArray([.. model.Inputs.Select(column => JsonValue.Create(column.Name))]),
            ["layers"] = JsonSerializer.SerializeToNode(card.Layers, JsonSerializerOptions.Web),
        };
        return (json, text.ToString());
    }

    private string AddReports(ParseResult parsed, MLContext ml, ModelFile model, IDataView data, int[] rows,
        IReadOnlyList<EpochMetrics> epochs, bool hasLabels, JsonObject json)
    {
        int most = parsed.GetValue(_mostRows);
        (string Name, AnalysisReport Report)[] reports =
        [
            .. hasLabels ? [("results", ml.Model.TrainingResults(model.Model, data, epochs))]
                : ((string, AnalysisReport)[])[],
            ("firing", ml.Model.FiringRates(model.Model, data, new FiringRateOptions { MaximumRows = most })),
            ("energy", ml.Model.Energy(model.Model, data, new EnergyOptions { MaximumRows = most })),
        ];
        foreach ((string name, AnalysisReport report) in reports)
        {
            json[name] = Session.Node(report);
        }
        PredictionExplanation[] why = [.. rows.Select(row =>
            ml.Model.Explain(model.Model, data, new ExplanationOptions { Row = row }))];
        json["explanations"] = new JsonArray([.. why.Select(Session.Node)]);
        return string.Join("\n", reports.Select(report => report.Report).Concat(why).Select(report => $"{report}"));
    }

    private static IReadOnlyList<EpochMetrics> Epochs(string? path)
    {
        if (path is null)
        {
            return [];
        }
        try
        {
            return JsonSerializer.Deserialize<List<EpochMetrics>>(File.ReadAllText(path)) ?? [];
        }
        catch (Exception exception) when (exception is IOException or JsonException or UnauthorizedAccessException)
        {
            throw ToolException.Usage(File.Exists(path)
                ? $"'{path}' was not written by train --history." : $"There is no file '{path}'.", exception);
        }
    }
}
