using Microsoft.ML.Spiking.Benchmarks.Measuring;
using Microsoft.ML.Spiking.Benchmarks.Scoring.Trained;

namespace Microsoft.ML.Spiking.Benchmarks.Scoring;

/// <summary>How much faster than libtorch one row is to be scored.</summary>
internal static class RowGoals
{
    /// <summary>The goals of a network, met or not.</summary>
    /// <param name="benchmark">What they are called by.</param>
    /// <param name="network"><see cref="TrainedNetworks.Mlp"/> or <see cref="TrainedNetworks.Conv"/>.</param>
    /// <param name="ours">Seconds for a row.</param>
    /// <param name="times">libtorch's, in the same rounds.</param>
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
