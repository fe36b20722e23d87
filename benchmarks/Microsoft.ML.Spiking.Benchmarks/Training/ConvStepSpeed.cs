using Microsoft.ML.Spiking.Benchmarks.Measuring;
using Microsoft.ML.Spiking.Benchmarks.Training.Steps;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Benchmarks.Training;

/// <summary>
/// A whole training step of a convolutional network of the library, in float32 and in bfloat16, against the op-by-op
/// loop over time steps, in the same libtorch.
/// </summary>
internal sealed class ConvStepSpeed : IBenchmark
{
    private const double Target = 1.25;
    private const int TimeSteps = 6;

    public string Name => "conv-step";

    public string Description =>
        $"training step, conv net 1-32-64 of CLIF on 28 x 28, T = {TimeSteps}, batch 128, SGD; ms, ratio with " +
        "quartiles";

    public void Run(bool quick, TextWriter output)
    {
        using var problem = StepProblem.Conv(TimeSteps);
        using var fused = new FusedStep(problem);
        using var opByOp = new OpByOpStep(problem);
        using var rounded = new FusedStep(problem, ScalarType.BFloat16);
        output.WriteLine(Numbers.Text($"losses of three steps: {SameLosses.Assert(fused, opByOp)}; spikes per neuron " +
            $"and step: {fused.FiringRate():0.000}"));

        using var parts = new ConvStepParts(problem);
        (string Name, Action Run)[] contenders =
        [
            ("fused", () => fused.Run()), ("op by op", () => opByOp.Run()),
            ("fused, products in bfloat16", () => rounded.Run()), .. parts.All,
        ];
        double[][] seconds =
            InterleavedRounds.Measure(quick ? 7 : 11, [.. contenders.Select(contender => contender.Run)]);
        for (int i = 0; i < contenders.Length; i++)
        {
            output.WriteLine(Numbers.Text($"  {contenders[i].Name} {PairedRatio.MedianOf(seconds[i]) * 1e3:0.0} ms, " +
                $"{PairedRatio.Of(seconds[i], seconds[0])} of the fused step"));
        }
        var ratio = PairedRatio.Of(seconds[1], seconds[0]);
        output.WriteLine(Numbers.Text($"op by op / fused {ratio}, op by op / bfloat16 " +
            $"{PairedRatio.Of(seconds[1], seconds[2])}; fused " +
            $"{StepProblem.Rows / PairedRatio.MedianOf(seconds[0]):0} rows per second"));
        var share = PairedRatio.Of(seconds[0], seconds[3]);
        output.WriteLine($"fused / its convolutions alone {share}");
        output.WriteLine(new Goal("conv-step-against-convolutions", share.Median, Target, AtMost: true));
    }
}
