using Microsoft.ML.Spiking.Tests.Training;

namespace Microsoft.ML.Spiking.Benchmarks.Methods;

/// <summary>
/// The peak of the bytes that native code has in use in a method's training on few rows, in a process of its own: not
/// what the allocator keeps besides, which grows with the number of batches. What libraries hold is part of the
/// baseline, because rectifiers have been trained before.
/// </summary>
internal static class MethodMemoryTask
{
    private const int Rows = 256;

    /// <summary>Returns megabytes.</summary>
    /// <param name="key">The problem.</param>
    /// <param name="name">Its method.</param>
    /// <param name="steps">Time steps in the place of the method's; 0 for these.</param>
    public static IEnumerable<double> Run(string key, string name, int steps)
    {
        MethodProblem problem = MethodProblem.Of(key, quick: true)! with { Epochs = 1 };
        var ml = new MLContext(1);
        IDataView rows = ml.Data.Cache(ml.Data.TakeRows(problem.Read(ml).Train, Rows));
        SpikingPredictionTransformer Fit(SpikingClifTrainer.Options options) =>
            ml.MulticlassClassification.Trainers.SpikingClif(options).Fit(rows);
        Method method = problem.Methods.Single(one => one.Name == name);
        Method relu = MethodList.OfVectors.Single(one => one.Name == MethodList.Relu);
        var earlier = new Dictionary<string, Trained>(StringComparer.Ordinal)
        {
            [MethodList.Relu] = new(Fit(MethodTraining.Options(problem, relu, 1, new Dictionary<string, Trained>())),
                0, 0, 0, 0),
        };
        earlier.Add(MethodList.BetterRelu, earlier[MethodList.Relu]);
        SpikingClifTrainer.Options options = MethodTraining.Options(problem, method, 1, earlier);
        if (steps > 0)
        {
            options.TimeSteps = steps;
        }
        GC.Collect();
        GC.WaitForPendingFinalizers();
        double before = NativeBytes.InUse(), peak = before;
        bool hasEnded = false;
        var watch = new Thread(() =>
        {
            while (!Volatile.Read(ref hasEnded))
            {
                peak = Math.Max(peak, NativeBytes.InUse());
                Thread.Yield();
            }
        });
        watch.Start();
        using SpikingPredictionTransformer model = Fit(options);
        Volatile.Write(ref hasEnded, true);
        watch.Join();
        return [(peak - before) / (1 << 20)];
    }
}
