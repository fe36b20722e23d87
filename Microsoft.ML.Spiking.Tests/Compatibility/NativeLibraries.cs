using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Data;

namespace Microsoft.ML.Spiking.Tests.Compatibility;

/// <summary>
/// A separate process that loads a model, predicts, and finally prints the files that are loaded into it.
/// </summary>
internal static class NativeLibraries
{
    public const string Command = "score-and-list-libraries";
    public const string ScoreOnly = "score-only";
    public const string AskForTorch = "ask-for-torch";

    /// <summary>The prefix of the line of a loaded file.</summary>
    public const string Loaded = "loaded ";

    /// <summary>The prefix of the line of a message with which a choice was refused.</summary>
    public const string Refused = "refused ";

    /// <summary>Runs in the child process.</summary>
    /// <param name="model">The model zip.</param>
    /// <param name="task"><see cref="AskForTorch"/> to choose libtorch in every way after the first
    /// predictions.</param>
    public static void Run(string model, string task)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        var ml = new MLContext();
        ITransformer transformer = ml.Model.Load(model, out _);
        string[] predictions = [.. Predict(ml, transformer)];
        Print("", predictions);
        if (task == AskForTorch)
        {
            Print(Refused, Refusals(ml, transformer));
            ml.Model.ChangeScoringBackend(transformer, ScoringBackend.Auto, ComputeDevice.Cuda);
            if (!Predict(ml, transformer).SequenceEqual(predictions))
            {
                throw new InvalidOperationException("The backend Auto gives other predictions.");
            }
        }
        using var self = Process.GetCurrentProcess();
        Print(Loaded, self.Modules.Cast<ProcessModule>().Select(module => module.FileName));
    }

    /// <summary>
    /// Returns the label and the scores of each row, from a prediction engine and from a batch, which must agree.
    /// </summary>
    private static IEnumerable<string> Predict(MLContext ml, ITransformer transformer)
    {
        List<Flower> rows = Flowers.Rows(30, seed: 2);
        using var engine = ml.Model.CreatePredictionEngine<Flower, Named>(
            transformer, new PredictionEngineOptions { OwnsTransformer = false });
        IDataView batch = transformer.Transform(ml.Data.LoadFromEnumerable(rows));
        float[][] scores = [.. batch.GetColumn<float[]>("Score")];
        foreach ((int index, Flower row) in rows.Index())
        {
            Named prediction = engine.Predict(row);
            yield return scores[index].SequenceEqual(prediction.Score)
                ? $"{prediction.PredictedLabel} {string.Join(' ', prediction.Score)}"
                : throw new InvalidOperationException($"The engine and the batch disagree on row {index}.");
        }
    }

    private static IEnumerable<string> Refusals(MLContext ml, ITransformer transformer)
    {
        foreach (ComputeDevice device in Enum.GetValues<ComputeDevice>())
        {
            string? refusal = null;
            try
            {
                ml.Model.ChangeScoringBackend(transformer, ScoringBackend.Torch, device);
            }
            catch (InvalidOperationException exception)
            {
                refusal = exception.Message;
            }
            if (refusal is not null)
            {
                yield return refusal;
            }
        }
    }

    private static void Print(string mark, IEnumerable<string> lines)
    {
        foreach (string line in lines)
        {
            Console.WriteLine(mark + line);
        }
    }

    private sealed class Named
    {
        public string PredictedLabel { get; set; } = "";

        public float[] Score { get; set; } = [];
    }
}
