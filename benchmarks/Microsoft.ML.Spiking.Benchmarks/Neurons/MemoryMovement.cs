using Microsoft.ML.Spiking.Numerics.Threading;


namespace Microsoft.ML.Spiking.Benchmarks.Neurons;

/// <summary>
/// Moves 36 bytes for each element and does nothing else: 18 are read and 18 written, by the platform's bulk copy,
/// which knows the machine's fastest way. It is what a neuron's forward and backward pass costs a machine at least that
/// reads a line before writing it: current, spikes and h twice; h, upstream and gradient twice.
/// </summary>
internal static unsafe class MemoryMovement
{
    /// <summary>Copies 4.5 arrays, each thread its part of all.</summary>
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
