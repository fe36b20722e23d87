using Microsoft.ML.Spiking.Neurons.Kernels;

namespace Microsoft.ML.Spiking.Training.EventProducts;

/// <summary>
/// The three products of a linear layer whose input is mostly zeros, as spikes and many images are: only what is not zero
/// costs anything. Where the neurons before have a surrogate gradient that is zero away from the threshold, the gradient
/// by their spikes is computed only where it will be used.
/// </summary>
/// <remarks>
/// Weights are [inputs, outputs]: an event adds one row of them. Results do not depend on the number of threads.
/// </remarks>
internal static unsafe class EventProduct
{
    /// <summary>Events that a chunk of rows or columns lists at most: 2 MB with their values.</summary>
    private const int ListedEvents = 1 << 18;

    // Every chunk walks through all weights, or all upstream gradients: few large ones, but enough for all threads.
    private const int ChunksForEachThread = 2;

    /// <summary>The largest number of rows or inputs.</summary>
    public const int LargestSide = 1 << 20;

    /// <summary>Target = Input Weight + Bias.</summary>
    public static void Forward(in EventWork work, int threads) =>
        Run(in work, Select(&EventKernels<Lanes512>.Forward, &EventKernels<Lanes256>.Forward,
            &EventKernels<Lanes128>.Forward, &EventKernels<Lanes1>.Forward), work.Rows, work.Inputs, threads);

    /// <summary>Target = Input^T Upstream; BiasGradient = the sum of Upstream's rows.</summary>
    public static void WeightGradient(in EventWork work, int threads) =>
        Run(in work, Select(&EventKernels<Lanes512>.WeightGradient, &EventKernels<Lanes256>.WeightGradient,
            &EventKernels<Lanes128>.WeightGradient, &EventKernels<Lanes1>.WeightGradient), work.Inputs, work.Rows,
            threads);

    /// <summary>Target = Upstream Weight^T where the potential is within reach of the threshold, 0 elsewhere.</summary>
    public static void InputGradient(in EventWork work, int threads) =>
        Run(in work, Select(&ReachKernels<Lanes512>.InputGradient, &ReachKernels<Lanes256>.InputGradient,
            &ReachKernels<Lanes128>.InputGradient, &ReachKernels<Lanes1>.InputGradient), work.Rows, 0, threads);

    private static delegate*<in EventWork, long, long, double> Select(
        delegate*<in EventWork, long, long, double> lanes512, delegate*<in EventWork, long, long, double> lanes256,
        delegate*<in EventWork, long, long, double> lanes128, delegate*<in EventWork, long, long, double> lanes1) =>
        NeuronKernel.Widest switch
        {
            KernelWidth.Vector512 => lanes512,
            KernelWidth.Vector256 => lanes256,
            KernelWidth.Vector128 => lanes128,
            _ => lanes1,
        };

    /// <param name="work">The arrays.</param>
    /// <param name="kernel">What to run on a chunk.</param>
    /// <param name="length">Rows or columns.</param>
    /// <param name="listed">Events that each of them may have; 0 if they are not listed.</param>
    /// <param name="threads">At most so many threads.</param>
    private static void Run(in EventWork work, delegate*<in EventWork, long, long, double> kernel, int length, int listed,
        int threads)
    {
        int shares = Math.Max(1, threads) * ChunksForEachThread;
        int chunk = Math.Min((length + shares - 1) / shares, ListedEvents / Math.Max(1, listed));
        ChunkedRun<EventWork>.Run(in work, kernel, kernel, length, length, Math.Max(1, chunk), threads);
    }
}
