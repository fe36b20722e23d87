using System.Globalization;

namespace Microsoft.ML.Spiking.Tests.Training;

/// <summary>Physical memory of this process, as reported by Linux.</summary>
internal static class ResidentMemory
{
    private const string Status = "/proc/self/status";

    /// <summary>Gets whether the system reports it.</summary>
    public static bool IsKnown => File.Exists(Status);

    /// <summary>Returns the megabytes now, after a garbage collection.</summary>
    public static double Megabytes()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        return MegabytesAsTheyAre();
    }

    /// <summary>Megabytes now, with what waits for a collection.</summary>
    public static double MegabytesAsTheyAre()
    {
        string line = File.ReadLines(Status).Single(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return double.Parse(line["VmRSS:".Length..].Replace("kB", "", StringComparison.Ordinal),
            CultureInfo.InvariantCulture) / 1024;
    }
}
