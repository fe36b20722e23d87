using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Neurons;
using TorchSharp;

namespace Microsoft.ML.Spiking.Training.Native;

/// <summary>
/// The number of threads that torch uses for what the calling thread asks of it; the rest of the process stays as it
/// was.
/// </summary>
/// <remarks>
/// at::set_num_threads sets two things: the OpenMP and MKL setting of the calling thread, which is what counts there,
/// and a value of the process, from which threads take theirs when they first use torch. The second is put back, from
/// a thread that then ends.
/// </remarks>
internal static class TorchThreads
{
    /// <summary>
    /// Multiply-adds of a batch's products in the forward pass that make one more thread worth its waiting: with less,
    /// two threads were not faster than one. A perceptron of 128 neurons on images of 28 x 28 is below it.
    /// </summary>
    private const double WorkOfThread = 16e6;

    private static readonly string[] Variables = ["OMP_NUM_THREADS", "MKL_NUM_THREADS"];

    private static readonly Lock Gate = new();

    /// <summary>
    /// Sets the number for a training on this thread. It depends on the network, the batch size and the machine, never
    /// on what else runs: the last bits of torch's products depend on it.
    /// </summary>
    /// <param name="wanted">
    /// The user's choice, at least 1; null for as many as the work of a batch occupies, at most one for each processor
    /// that the process may use (its affinity and its container's limit), or for what torch takes from its variables.
    /// </param>
    /// <param name="network">The network.</param>
    /// <param name="batchSize">Rows of a batch.</param>
    /// <returns>The number that now holds for this thread.</returns>
    public static int SetForTraining(int? wanted, NetworkDefinition network, int batchSize) =>
        SetForThisThread(wanted ?? (Variables.Any(name => NativeEnvironment.Get(name) is not null)
            ? null
            : Math.Min(Environment.ProcessorCount, Occupied(network, batchSize))));

    /// <summary>Sets the number for this thread.</summary>
    /// <param name="threads">At least 1; null for torch's own choice.</param>
    /// <returns>The number that now holds for this thread.</returns>
    public static int SetForThisThread(int? threads)
    {
        lock (Gate)
        {
            int found = torch.get_num_threads(); // for a new thread: the value of the process
            if (threads is not int wanted || wanted == found)
            {
                return found;
            }
            torch.set_num_threads(wanted);
            var restorer = new Thread(() => torch.set_num_threads(found));
            restorer.Start();
            restorer.Join();
            return wanted;
        }
    }

    /// <summary>Returns the number of threads that a batch's products occupy, at least 1.</summary>
    /// <param name="network">The network.</param>
    /// <param name="batchSize">Rows of a batch.</param>
    internal static int Occupied(NetworkDefinition network, int batchSize) => (int)Math.Clamp(
        batchSize * Products(network.Layers, network.InputSignal, network.TimeSteps) / WorkOfThread, 1, int.MaxValue);

    /// <summary>Returns the multiply-adds for one row.</summary>
    private static double Products(IReadOnlyList<Layer> layers, Signal signal, int timeSteps)
    {
        double products = 0;
        foreach (Layer layer in layers)
        {
            Signal output = layer.Infer(signal);
            if (layer is ResidualLayer residual)
            {
                products += Products(residual.Main, signal, timeSteps) + Products(residual.Shortcut, signal, timeSteps);
            }
            else if (layer is WeightedLayer weighted)
            {
                double atOneStep =
                    weighted.WeightShape.Skip(1).Aggregate((double)output.Size, (size, length) => size * length);
                products += atOneStep * (signal.Kind == SignalKind.Constant ? 1 : timeSteps);
            }
            signal = output;
        }
        return products;
    }
}
