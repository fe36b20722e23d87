using Microsoft.ML.Spiking.Benchmarks.Measuring;
using Microsoft.ML.Spiking.Benchmarks.Scoring.Trained;

namespace Microsoft.ML.Spiking.Benchmarks.Scoring;

/// <summary>One row through a PredictionEngine, and the part of it that is ML.NET's own.</summary>
internal sealed class EngineSpeed : IBenchmark
{
    public string Name => "scoring-engine";

    public string Description =>
        "one row through PredictionEngine.Predict(row, ref prediction), against libtorch without any engine; us, " +
        "ratio with quartiles";

    public void Run(bool quick, TextWriter output)
    {
        foreach (TrainedDigits digits in TrainedNetworks.All(quick, output))
        {
            using var contenders = new RowContenders(digits.Network);
            var ml = new MLContext(seed: 1);
            // Copies of columns of the same types: the engine's work without a network.
            ITransformer trivial = ml.Transforms.CopyColumns("Score", nameof(DigitRow.Features))
                .Append(ml.Transforms.CopyColumns("PredictedLabel", nameof(DigitRow.Label)))
                .Fit(ml.Data.LoadFromEnumerable(digits.Test.Take(1)));
            using SpikingPredictionTransformer torch = digits.OnTorch(ml);
            Action engine = Predict(ml, digits.Model, digits.Test);

            RowTimes times = contenders.Measure(quick ? 9 : 25, output, ("engine", engine),
                ("engine, a trivial model", Predict(ml, trivial, digits.Test)),
                ("engine, ScoringBackend.Torch", Predict(ml, torch, digits.Test)));

            var own = PairedRatio.Of([.. times.Others[0].Zip(times.Managed, (whole, scorer) => whole - scorer)],
                times.Others[0]);
            output.WriteLine(Numbers.Text($"  {digits.Network.Name}: around the scorer, of the engine's time: {own}"));
            foreach (Goal goal in RowGoals.Of(Name, digits.Network.Name, times.Others[0], times))
            {
                output.WriteLine(goal);
            }
            output.WriteLine(new Goal($"{Name}-{digits.Network.Name}-bytes", Bytes(engine), 0, AtMost: true));
        }
    }

    private static Action Predict(MLContext ml, ITransformer model, IReadOnlyList<DigitRow> rows)
    {
        PredictionEngine<DigitRow, DigitPrediction> engine = ml.Model.CreatePredictionEngine<DigitRow, DigitPrediction>(
            model, new PredictionEngineOptions { OwnsTransformer = false });
        var prediction = new DigitPrediction();
        int next = 0;
        return () => engine.Predict(rows[next++ % rows.Count], ref prediction);
    }

    private static double Bytes(Action predict)
    {
        const int calls = 1_000;
        predict();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < calls; i++)
        {
            predict();
        }
        return (double)(GC.GetAllocatedBytesForCurrentThread() - before) / calls;
    }
}
