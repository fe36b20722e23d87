using System.Globalization;

namespace Microsoft.ML.Spiking.Benchmarks.Measuring;

/// <summary>Physical memory of this process and of the machine, as reported by Linux.</summary>
internal static class ResidentMemory
{
    /// <summary>Gets the megabytes in use now.</summary>
    public static double Now => Kilobytes("/proc/self/status", "VmRSS:") / 1024;

    /// <summary>Gets the peak in megabytes so far.</summary>
    public static double Peak => Kilobytes("/proc/self/status", "VmHWM:") / 1024;

    /// <summary>Resets <see cref="Peak"/>.</summary>
    public static void ForgetPeak() => File.WriteAllText("/proc/self/clear_refs", "5");

    /// <summary>Gets the bytes of memory that are available on the machine.</summary>
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
