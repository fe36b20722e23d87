using System.CommandLine;
using System.Text.Json.Nodes;
using Microsoft.ML.Spiking.Interchange;
using Microsoft.ML.Spiking.Tool.Data;
using Microsoft.ML.Spiking.Tool.Models;

namespace Microsoft.ML.Spiking.Tool.Commands;

/// <summary>Converts a model to another model or to another file format.</summary>
internal sealed class ConvertCommand : ToolCommand
{
    private const string Onnx = "onnx", Nir = "nir", Lif = "lif", Folded = "folded";

    private readonly Argument<string> _model = new("model") { Description = "The model zip." };
    private readonly Argument<string> _output =
        new("output") { Description = "The file to write: .onnx, .nir, or a .zip with --to." };

    private readonly Option<string?> _to = new("--to")
    {
        Description = "onnx: the network for ONNX Runtime. nir: for neuromorphic tools. lif: CLIF neurons become LIF " +
            "neurons with the reset that keeps the accuracy on --data. folded: batch norms become part of the " +
            "weights. Default: by the output's ending.",
        HelpName = $"{Onnx}|{Nir}|{Lif}|{Folded}",
    };

    private readonly Option<string?> _data = new("--data")
    {
        Description = "lif: labelled data that the reset is chosen by; not the test data.",
        HelpName = "PATH",
    };

    private readonly Option<bool> _perLayer = new("--per-layer") { Description = "lif: a reset for each layer." };
    private readonly Option<double> _timeStep = new("--time-step")
    {
        Description = "nir: the length of a time step, in seconds.",
        DefaultValueFactory = _ => 1e-4,
        HelpName = "X",
    };

    private readonly DataOptions _dataOptions;

    public ConvertCommand() : base("convert", "Converts a model: to ONNX or NIR, CLIF to LIF, batch norms folded.")
    {
        Add(_model);
        Add(_output);
        foreach (Option option in (Option[])[_to, _data, _perLayer, _timeStep])
        {
            Add(option);
        }
        _to.AcceptOnlyFromAmong(Onnx, Nir, Lif, Folded);
        _dataOptions = new DataOptions(this, isTraining: false);
    }

    public override IReadOnlyList<string> Examples =>
    [
        "spiking convert model.zip model.onnx",
        "spiking convert model.zip lif.zip --to lif --data validation.csv",
        "spiking convert lif.zip model.nir",
    ];

    public override int Run(ParseResult parsed, Session session)
    {
        string output = parsed.GetRequiredValue(_output);
        string kind = parsed.GetValue(_to) ?? Path.GetExtension(output).ToLowerInvariant() switch
        {
            ".onnx" => Onnx,
            ".nir" => Nir,
            _ => throw ToolException.Usage($"'{output}' does not say what to convert to; end it in .onnx or .nir, or " +
                $"name --to {Onnx}, {Nir}, {Lif} or {Folded}."),
        };
        string path = parsed.GetRequiredValue(_model);
        string? data = kind == Lif ? parsed.GetValue(_data) : null;
        OutputPaths.Check([new("The output", output)],
            [new("the model", kind is Onnx or Nir ? path : null), .. _dataOptions.Inputs(parsed, data)]);
        MLContext ml = session.Context();
        ModelFile model = ModelFile.Load(ml, path);
        ModelFile.CheckWritable(output);
        var json = new JsonObject { ["output"] = output, ["to"] = kind };
        string text = $"{output}: {kind}";
        switch (kind)
        {
            case Onnx:
                ModelFile.Write(output, model.Network.ExportToOnnx);
                break;
            case Nir:
                ModelFile.Write(output,
                    file => NirFile.Export(model.Network.Model, file, parsed.GetValue(_timeStep)));
                break;
            case Folded:
                ModelFile.Save(ml, ml.Model.FoldBatchNorms(model.Model), model.Schema, output);
                break;
            default:
                DataArguments rows = _dataOptions.Read(parsed, data ?? throw ToolException.Usage(
                    "--to lif needs --data: labelled rows that the reset is chosen by."));
                DataSource source = DataSources.ForModel(rows, model, needsLabels: true);
                LifConversion conversion = ml.Model.ConvertClifToLif(model.Model,
                    LabelKeys.Map(ml, source, source.Load(ml), model.Network.Label.Name, model.Classes),
                    new LifConversionOptions { IsPerLayer = parsed.GetValue(_perLayer) });
                ModelFile.Save(ml, conversion.Model, model.Schema, output);
                json["conversion"] = Session.Node(conversion);
                text = $"{output}\n{conversion}";
                break;
        }
        session.Result(json, text);
        return ExitCodes.Done;
    }
}
