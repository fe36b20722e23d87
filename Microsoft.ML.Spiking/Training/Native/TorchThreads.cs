using TorchSharp;

namespace Microsoft.ML.Spiking.Training.Native;

/// <summary>
/// Sets the number of threads that torch uses for what the calling thread asks of it, and leaves the rest of the
/// process as it was.
/// </summary>
/// <remarks>
/// at::set_num_threads sets two things: the OpenMP and MKL setting of the calling thread, which is what counts there,
/// and a value of the process, from which threads take theirs when they first use torch. The second is put back, from
/// a thread that then ends.
/// </remarks>
internal static class TorchThreads
{
    private static readonly Lock Gate = new();

    /// <summary>Sets the number for this thread.</summary>
    /// <param name="threads">At least 1; null leaves torch's own choice, one for each core.</param>
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
}
