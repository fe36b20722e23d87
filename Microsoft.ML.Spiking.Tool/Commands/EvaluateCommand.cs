using System.CommandLine;
using Microsoft.ML.Spiking.Tool.Data;
using Microsoft.ML.Spiking.Tool.Models;

namespace Microsoft.ML.Spiking.Tool.Commands;

/// <summary>Evaluates a model on labelled data.</summary>
internal sealed class EvaluateCommand : ToolCommand
{
    private readonly Argument<string> _model = new("model") { Description = "The model zip." };
    private readonly Argument<string> _data =
        new("data") { Description = "Labelled data as the model takes it: see train." };

    private readonly Option<bool> _csv =
        new("--csv") { Description = "The confusion matrix as CSV instead of text." };

    private readonly DataOptions _dataOptions;

    public EvaluateCommand() : base("evaluate",
        "Measures a model on labelled data: accuracy, precision and recall of each class, confusion, calibration.")
    {
        Add(_model);
        Add(_data);
        Add(_csv);
        _dataOptions = new DataOptions(this, isTraining: false);
    }

    public override IReadOnlyList<string> Examples =>
    [
        "spiking evaluate model.zip test.csv",
        "spiking evaluate model.zip mnist/ --json",
    ];

    public override int Run(ParseResult parsed, Session session)
    {
        MLContext ml = session.Context();
        ModelFile model = ModelFile.Load(ml, parsed.GetRequiredValue(_model));
        DataArguments arguments = _dataOptions.Read(parsed, parsed.GetRequiredValue(_data));
        DataSource source = DataSources.ForModel(arguments, model, needsLabels: true);
        IDataView rows =
            LabelKeys.Map(ml, source, source.Load(ml), model.Network.Label.Name, model.Classes);
        session.Token.ThrowIfCancellationRequested();
        TrainingReport report = ml.Model.TrainingResults(model.Model, rows);
        if (report.SkippedRows > 0)
        {
            session.Warn(FormattableString.Invariant(
                $"{report.SkippedRows:N0} rows without a label or with missing features are left out."));
        }
        session.Result(Session.Node(report), parsed.GetValue(_csv) ? report.ToCsv() : report.ToString());
        return ExitCodes.Done;
    }
}
