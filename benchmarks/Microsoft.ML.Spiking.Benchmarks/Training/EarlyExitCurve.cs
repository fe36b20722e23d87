using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Benchmarks.Measuring;
using Microsoft.ML.Spiking.Benchmarks.Methods;

namespace Microsoft.ML.Spiking.Benchmarks.Training;

/// <summary>Rows that end when they are decided: accuracy, steps and time.</summary>
internal sealed class EarlyExitCurve : IBenchmark
{
    private static readonly double[] Confidences = [0.5, 0.7, 0.9, 0.95, 0.99, 0.999, double.PositiveInfinity];

    private static readonly string[] Names =
        [MethodList.Clif, "counts, T 8, 1 spike, tuned", "counts, T 2, bursts of 5, tuned"];

    private static readonly Method OfMoreRows = new("CLIF, T 4, 4 times the rows", _ => { }) { RowsFactor = 4 };

    public string Name => "early-exit";

    public string Description =>
        "rows that end when they are decided, with models of the benchmark methods, seed 1: accuracy (%), mean " +
        "steps, time of 64 rows over that of all steps. pictures: SPIKING_CIFAR";

    public void Run(bool quick, TextWriter output)
    {
        var ml = new MLContext(1);
        foreach (string key in new[] { "digits", "digit-images", "pictures" })
        {
            if (MethodProblem.Of(key, quick) is not { } problem)
            {
                output.WriteLine($"{key}: left out, the data is not here.");
                continue;
            }
            output.WriteLine(problem.Title);
            (IDataView Train, IDataView Test) data = problem.Read(ml);
            IEnumerable<Method> methods = problem.Methods.Where(method => Names.Contains(method.Name))
                .Concat(problem.More is null ? [] : [OfMoreRows]);
            Curves(ml, [.. methods.Select(method => (method.Name,
                MethodTraining.Run(problem, method, 1, data, new Dictionary<string, Trained>()).Model))],
                data.Test, quick, output, key);
        }
    }

    private static void Curves(MLContext ml, List<(string Name, SpikingPredictionTransformer Model)> models,
        IDataView test, bool quick, TextWriter output, string picture)
    {
        List<(string, EarlyExitReport)> reports = [];
        foreach ((string name, SpikingPredictionTransformer model) in models)
        {
            EarlyExitReport report = ml.Model.EarlyExits(model, test, Confidences);
            reports.Add((name, report));
            float[][] rows = [.. test.GetColumn<float[]>("Features").Take(64)];
            float[] all = [.. rows.SelectMany(row => row)];
            float[] scores = new float[rows.Length * model.Model.Network.ClassCount];
            Action[] contenders =
            [
                .. report.Points.Select(point => new SpikingModelParameters(
                    model.Model.Network, model.Model.Weights, exit: new() { Confidence = point.Confidence }))
                    .Select<SpikingModelParameters, Action>(one => () => one.Scorer.Score(all, rows.Length, scores)),
            ];
            double[][] seconds = InterleavedRounds.Measure(quick ? 5 : 15, contenders);
            for (int i = 0; i < report.Points.Count; i++)
            {
                EarlyExitPoint point = report.Points[i];
                output.WriteLine(
                    Numbers.Text($"{name}, confidence {point.Confidence} | {100 * point.Accuracy:0.00} | ") +
                    Numbers.Text($"{point.MeanSteps:0.00} of {report.TimeSteps} steps | time ") +
                    PairedRatio.Of(seconds[i], seconds[^1]));
            }
        }
        if (output is ResultFile file)
        {
            EarlyExitPlot.Write(reports, Path.ChangeExtension(file.Location, null) + $"-{picture}");
        }
    }
}
