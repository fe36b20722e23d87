using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.ML.Spiking.Numerics.Simd;
using TorchSharp;

namespace Microsoft.ML.Spiking.Benchmarks.Measuring;

/// <summary>The machine and the versions that figures depend on.</summary>
internal static class Machine
{
    /// <summary>Returns the lines for the head of a result.</summary>
    public static IEnumerable<string> Describe()
    {
        yield return Numbers.Text($"{DateTime.UtcNow:yyyy-MM-dd HH:mm} UTC");
        yield return $"{Processor()}, {Environment.ProcessorCount} threads, {VectorWidths.Widest}, " +
            $"{ResidentMemory.Available / (1 << 30):0} GB of memory free";
        yield return $"{RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}";
        yield return $"TorchSharp {Version(typeof(torch).Assembly)}, libtorch {torch.__version__}";
        if (File.Exists("/proc/loadavg"))
        {
            yield return $"load at the start: {string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ')[..3])}";
        }
    }

    private static string Processor()
    {
        const string Info = "/proc/cpuinfo";
        string? model = File.Exists(Info)
            ? File.ReadLines(Info).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))
            : null;
        return model?.Split(':')[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
    }

    private static string? Version(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0];
}
