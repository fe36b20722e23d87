using Microsoft.ML.Spiking.Benchmarks.Measuring;
using Microsoft.ML.Spiking.Benchmarks.Scoring.Trained;

namespace Microsoft.ML.Spiking.Benchmarks.Scoring;

/// <summary>The goals for one row: how much faster than libtorch it should be scored.</summary>
internal static class RowGoals
{
    /// <summary>Returns the goals of a network, met or missed.</summary>
    /// <param name="benchmark">The prefix of their names.</param>
    /// <param name="network"><see cref="TrainedNetworks.Mlp"/> or <see cref="TrainedNetworks.Conv"/>.</param>
    /// <param name="ours">Seconds for a row in managed code.</param>
    /// <param name="times">libtorch's times, in the same rounds.</param>
    public static IEnumerable<Goal> Of(string benchmark, string network, double[] ours, RowTimes times)
    {
        (double opByOp, double layerByLayer) = network == TrainedNetworks.Mlp ? (30.0, 8.0) : (10.0, 6.0);
        yield return new($"{benchmark}-{network}-against-op-by-op", PairedRatio.Of(times.OpByOp, ours).Median, opByOp,
            AtMost: false);
        yield return new($"{benchmark}-{network}-against-layer-by-layer",
            PairedRatio.Of(times.LayerByLayer, ours).Median,
            layerByLayer, AtMost: false);
    }
}
