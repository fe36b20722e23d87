namespace Microsoft.ML.Spiking.Benchmarks.Scoring;

/// <summary>Seconds for a row, one figure for each round.</summary>
/// <param name="Managed">The managed scorer.</param>
/// <param name="OpByOp">libtorch op by op, with the number of threads that suits it better.</param>
/// <param name="LayerByLayer">libtorch layer by layer, likewise.</param>
/// <param name="Backend">The library's own network on libtorch, likewise.</param>
/// <param name="Others">Further contenders.</param>
internal sealed record RowTimes(
    double[] Managed, double[] OpByOp, double[] LayerByLayer, double[] Backend, double[][] Others);
