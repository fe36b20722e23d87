using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.ML.Spiking.Tool.Code;
using Microsoft.ML.Spiking.Tool.Data;
using Microsoft.ML.Spiking.Tool.Models;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.Tool.Commands;

/// <summary>Predicts the classes of rows.</summary>
internal sealed class PredictCommand : ToolCommand
{
    private readonly Argument<string> _model = new("model") { Description = "The model zip." };
    private readonly Argument<string?> _data = new("data")
    {
        Description = "Data as the model takes it, labels not needed; also one image or recording, or a folder.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> _output = new("--output", "-o")
    {
        Description = "A file for the predictions. Default: standard output.",
        HelpName = "FILE",
    };

    private readonly Option<bool> _scores =
        new("--scores") { Description = "Also the probability of each class." };

    private readonly Option<bool> _showCode =
        new("--show-code") { Description = "Print C# that predicts with the model instead." };

    private readonly DataOptions _dataOptions;

    public PredictCommand() : base("predict",
        "Predicts the class of each row: CSV with row (from 0) or file, prediction and its probability.")
    {
        Add(_model);
        Add(_data);
        Add(_output);
        Add(_scores);
        Add(_showCode);
        _dataOptions = new DataOptions(this, isTraining: false);
    }

    public override IReadOnlyList<string> Examples =>
    [
        "spiking predict model.zip new.csv --output predictions.csv",
        "spiking predict model.zip photo.jpg --json",
        "spiking predict model.zip --show-code",
    ];

    public override int Run(ParseResult parsed, Session session)
    {
        string path = parsed.GetRequiredValue(_model);
        string? output = parsed.GetValue(_output);
        OutputPaths.Check([new("--output", output)],
            [new("the model", path), .. _dataOptions.Inputs(parsed, parsed.GetValue(_data))]);
        MLContext ml = session.Context();
        ModelFile model = ModelFile.Load(ml, path);
        if (parsed.GetValue(_showCode))
        {
            session.Output.Write(PredictionCode.Of(model, path));
            return ExitCodes.Done;
        }
        string data = parsed.GetValue(_data) ?? throw ToolException.Usage("Name the data to predict: " + Examples[0]);
        DataSource source =
            DataSources.ForModel(_dataOptions.Read(parsed, data), model, needsLabels: false);
        if (output is null)
        {
            Write(parsed, session, session.Output, model.Score(source.Load(ml)), model, source);
        }
        else
        {
            ModelFile.CheckWritable(output);
            ModelFile.Write(output, file =>
            {
                using var writer = new StreamWriter(file);
                Write(parsed, session, writer, model.Score(source.Load(ml)), model, source);
            });
            session.Say(Invariant($"{output}: {source.Rows:N0} predictions"));
        }
        return ExitCodes.Done;
    }

    private void Write(ParseResult parsed, Session session, TextWriter writer, IEnumerable<float[]> scores,
        ModelFile model, DataSource source)
    {
        IEnumerable<string>? files = source switch
        {
            ImageFolderSource images => images.Paths,
            EventFolderSource recordings => recordings.Paths,
            _ => null,
        };
        bool withScores = parsed.GetValue(_scores);
        using IEnumerator<string>? names = files?.GetEnumerator();
        long row = 0;
        string place = files is null ? "row" : "file";
        if (!session.IsJson)
        {
            writer.WriteLine(string.Join(',', ((string[])[place, "prediction", "probability"])
                .Concat(withScores ? model.Classes.Select(Quoted) : [])));
        }
        else
        {
            writer.Write('[');
        }
        foreach (float[] score in scores)
        {
            session.Token.ThrowIfCancellationRequested();
            names?.MoveNext();
            int best = float.IsNaN(score[0]) ? -1 : Array.IndexOf(score, score.Max());
            string? prediction = best < 0 ? null : model.Classes[best];
            if (session.IsJson)
            {
                writer.Write(row == 0 ? "\n  " : ",\n  ");
                writer.Write(Json(place, names is null ? row : names.Current, prediction, score, best,
                    withScores ? model.Classes : null).ToJsonString());
            }
            else
            {
                writer.WriteLine(string.Join(',',
                    ((string[])[names is null ? Invariant($"{row}") : Quoted(names.Current), Quoted(prediction ?? ""),
                        best < 0 ? "" : Number(score[best])]).Concat(withScores ? score.Select(Number) : [])));
            }
            row++;
        }
        if (session.IsJson)
        {
            writer.WriteLine("\n]");
        }
    }

    private static JsonObject Json(string placeName, object place, string? prediction, float[] score, int best,
        IReadOnlyList<string>? classes)
    {
        var json = new JsonObject
        {
            [placeName] = place is long row ? JsonValue.Create(row) : JsonValue.Create((string)place),
            ["prediction"] = prediction,
            ["probability"] = best < 0 ? null : JsonValue.Create(score[best]),
        };
        if (classes is not null)
        {
            var scores = new JsonObject();
            for (int i = 0; i < classes.Count; i++)
            {
                scores[classes[i]] = float.IsNaN(score[i]) ? null : JsonValue.Create(score[i]);
            }
            json["scores"] = scores;
        }
        return json;
    }

    private static string Number(float value) => float.IsNaN(value) ? ""
        : value.ToString("R", CultureInfo.InvariantCulture);

    private static string Quoted(string text) => text.AsSpan().ContainsAny(",\"\r\n")
        ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
