using Microsoft.ML.Spiking.Benchmarks.Measuring;
using Microsoft.ML.Spiking.Benchmarks.Training.Steps;

namespace Microsoft.ML.Spiking.Benchmarks.Training;

/// <summary>
/// A whole training step of the library against the op-by-op loop over time steps, in the same libtorch.
/// </summary>
internal sealed class StepSpeed : IBenchmark
{
    private const double Target = 1.25;
    private const int TimeSteps = 6;

    public string Name => "step";

    public string Description =>
        $"training step, MLP 784-512-512-10 of CLIF, T = {TimeSteps}, batch 128, SGD; ms, ratio with quartiles";

    public void Run(bool quick, TextWriter output)
    {
        using var problem = StepProblem.Mlp(TimeSteps);
        using var fused = new FusedStep(problem);
        using var opByOp = new OpByOpStep(problem);
        output.WriteLine(Numbers.Text($"losses of three steps: {SameLosses.Assert(fused, opByOp)}; spikes per neuron " +
            $"and step: {fused.FiringRate():0.000}"));

        using var parts = new StepParts(problem);
        (string Name, Action Run)[] contenders =
            [("fused", () => fused.Run()), ("op by op", () => opByOp.Run()), .. parts.All];
        double[][] seconds =
            InterleavedRounds.Measure(quick ? 9 : 25, [.. contenders.Select(contender => contender.Run)]);
        for (int i = 0; i < contenders.Length; i++)
        {
            output.WriteLine(Numbers.Text($"  {contenders[i].Name} {PairedRatio.MedianOf(seconds[i]) * 1e3:0.00} ms, " +
                $"{PairedRatio.Of(seconds[i], seconds[0])} of the fused step"));
        }
        var ratio = PairedRatio.Of(seconds[1], seconds[0]);
        output.WriteLine(Numbers.Text($"op by op / fused {ratio}; fused " +
            $"{StepProblem.Rows / PairedRatio.MedianOf(seconds[0]):0} rows per second"));
        var share = PairedRatio.Of(seconds[0], seconds[2]);
        output.WriteLine($"fused / its matrix products alone {share}");
        output.WriteLine(new Goal("step-against-products", share.Median, Target, AtMost: true));
    }
}
