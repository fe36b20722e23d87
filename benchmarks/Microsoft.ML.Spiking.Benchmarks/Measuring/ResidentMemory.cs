using System.Globalization;

namespace Microsoft.ML.Spiking.Benchmarks.Measuring;

/// <summary>Physical memory of this process and of the machine, as Linux counts them.</summary>
internal static class ResidentMemory
{
    /// <summary>Megabytes now.</summary>
    public static double Now => Kilobytes("/proc/self/status", "VmRSS:") / 1024;

    /// <summary>Gets the most megabytes so far.</summary>
    public static double Peak => Kilobytes("/proc/self/status", "VmHWM:") / 1024;

    /// <summary>Makes <see cref="Peak"/> start from now on.</summary>
    public static void ForgetPeak() => File.WriteAllText("/proc/self/clear_refs", "5");

    /// <summary>Bytes that the machine could still give.</summary>
    public static double Available => File.Exists("/proc/meminfo")
        ? Kilobytes("/proc/meminfo", "MemAvailable:") * 1024
        : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    private static double Kilobytes(string file, string name)
    {
        string line = File.ReadLines(file).Single(line => line.StartsWith(name, StringComparison.Ordinal));
        return double.Parse(line[name.Length..].Replace("kB", "", StringComparison.Ordinal),
            CultureInfo.InvariantCulture);
    }
}
