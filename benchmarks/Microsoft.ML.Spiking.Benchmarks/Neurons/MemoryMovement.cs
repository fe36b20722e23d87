using Microsoft.ML.Spiking.Numerics.Threading;


namespace Microsoft.ML.Spiking.Benchmarks.Neurons;

/// <summary>
/// Moves 36 bytes per element and nothing else: reads 18 and writes 18, by the platform's bulk copy, which knows the
/// machine's fastest way. This is the least that a neuron's forward and backward pass costs on a machine that reads a
/// cache line before writing it: current, spikes and h twice; h, upstream and gradient twice.
/// </summary>
internal static unsafe class MemoryMovement
{
    /// <summary>Copies 4.5 arrays, divided among the threads.</summary>
    /// <param name="arrays">Five arrays.</param>
    /// <param name="length">Floats in each.</param>
    /// <param name="team">The threads, the same ones that run the kernels.</param>
    public static void Move36Bytes(float*[] arrays, long length, WorkerTeam team)
    {
        int next = -1;
        team.Run(team.Size, () =>
        {
            int part;
            while ((part = Interlocked.Increment(ref next)) < team.Size)
            {
                long from = length * part / team.Size;
                long bytes = ((length * (part + 1) / team.Size) - from) * sizeof(float);
                Copy(arrays[0] + from, arrays[1] + from, bytes);
                Copy(arrays[2] + from, arrays[3] + from, bytes);
                Copy(arrays[4] + from, arrays[1] + from, bytes);
                Copy(arrays[0] + from, arrays[3] + from, bytes);
                Copy(arrays[2] + from, arrays[1] + from, bytes / 2);
            }
        });
    }

    private static void Copy(float* source, float* target, long bytes) =>
        Buffer.MemoryCopy(source, target, bytes, bytes);
}
