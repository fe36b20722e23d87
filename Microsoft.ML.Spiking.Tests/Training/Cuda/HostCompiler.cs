using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.ML.Spiking.Tests.Repository;
using Microsoft.ML.Spiking.Training.Cuda;

namespace Microsoft.ML.Spiking.Tests.Training.Cuda;

/// <summary>
/// g++ in place of NVRTC: compiles a source, after host.h, for the CPU. It returns the path of a library and the name
/// of the program in it, which <see cref="HostDriver"/> loads.
/// </summary>
internal sealed class HostCompiler : IRuntimeCompiler
{
    private static readonly Dictionary<string, string> Images = [];
    private static readonly Lock Gate = new();
    private static readonly string[] NeuronKernels =
    [
        "#if BACKWARD", "neuron_backward", "#else", "neuron_forward", "#endif",
        "#if IS_LEARNED && BACKWARD", "neuron_sum", "#elif IS_LEARNED", "neuron_constants", "#endif",
    ];

    private static int _libraries;

    public int Version { get; init; } = 12080;

    public IReadOnlyList<int> Architectures { get; init; } = [75, 80, 90];

    /// <summary>Gets the options of every compilation.</summary>
    public List<string> Options { get; } = [];

    public static void SkipWhereThereIsNone()
    {
        if (!OperatingSystem.IsLinux() || Tool.Find("g++") is null)
        {
            Assert.Inconclusive(
                "The CUDA kernels are not run on this processor: there is no g++ (./build.sh test installs it).");
        }
    }

    /// <summary>Compiles programs of one source together, which is quicker than one by one.</summary>
    public static void Prepare<TProgram>(IEnumerable<TProgram> programs) where TProgram : ICudaProgram
    {
        TProgram[] all = [.. programs.Distinct()];
        string source = all[0].Source;
        lock (Gate)
        {
            IReadOnlyList<string>[] missing =
            [
                .. all.Select(program => program.Definitions)
                    .Where(definitions => !Images.ContainsKey(Key(source, definitions))),
            ];
            if (missing.Length > 0)
            {
                Build(missing, source);
            }
        }
    }

    public byte[] Compile(string source, IReadOnlyList<string> options, bool isPtx)
    {
        Options.Add(string.Join(' ', options));
        string[] definitions = [.. options.Where(option => option.StartsWith("-D", StringComparison.Ordinal))];
        lock (Gate)
        {
            if (!Images.ContainsKey(Key(source, definitions)))
            {
                Build([definitions], source);
            }
            return Encoding.UTF8.GetBytes(Images[Key(source, definitions)]);
        }
    }

    /// <summary>Returns the names of the kernels of a source whose constants leave none out.</summary>
    public static IEnumerable<string> Kernels(string source) =>
        Regex.Matches(source, @"^KERNEL void (\w+)\(", RegexOptions.Multiline).Select(match => match.Groups[1].Value);

    private static string Key(string source, IEnumerable<string> definitions) =>
        string.Join(' ', [source, .. definitions]);

    // All programs of a source have all its kernels, but those of neurons only a direction's.
    private static void Build(IReadOnlyList<string>[] programs, string source)
    {
        string folder = Directory.CreateTempSubdirectory("spiking-kernels-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        File.WriteAllText(Path.Combine(folder, "kernels.cu"), source);
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture,
            $"#include \"{Path.Combine(Folders.Root, "Microsoft.ML.Spiking.Tests", "Training", "Cuda", "host.h")}\"");
        int number = Interlocked.Increment(ref _libraries);
        string library = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"kernels{number}.so"));
        for (int i = 0; i < programs.Length; i++)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"program{i}");
            string[][] constants = [.. programs[i].Select(definition => definition[2..].Split('='))];
            foreach (string[] constant in constants)
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"#define {constant[0]} {constant[1]}");
            }
            text.AppendLine(CultureInfo.InvariantCulture, $"namespace {name} {{\n#include \"kernels.cu\"\n}}");
            foreach (string kernel in source.Contains("IS_LEARNED", StringComparison.Ordinal)
                ? NeuronKernels : Kernels(source))
            {
                text.AppendLine(kernel[0] == '#' ? kernel : $"LAUNCHER({name}, {kernel})");
            }
            foreach (string constant in constants.Select(constant => constant[0])
                .Concat(
                [
                    "BLOCK_SIZE", "IS_LEARNED", "AGAIN", "MINUS_LOG2_E", "RUN", "PLACES", "FEW", "VECTOR_CHANNELS",
                    "OWN", "RESCALED", "GAINED", "CURRENTS_FIRST", "GRADIENTS_FIRST", "AT_LEAST_1", "SUMS_AT_ONCE",
                ]))
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"#undef {constant}");
            }
            Images[Key(source, programs[i])] = $"{library}#{name}";
        }
        File.WriteAllText(Path.Combine(folder, "kernels.cpp"), text.ToString());
        Tool.Run(folder, "g++", "-x", "c++", "-std=c++17", "-O1", "-march=native", "-ffp-contract=off", "-shared",
            "-fPIC", "-Wall", "-Wno-unknown-pragmas", "-Wno-unused", "-Werror", "-o", library, "kernels.cpp");
    }
}

/// <summary>A compiler of this machine.</summary>
internal static class Tool
{
    /// <summary>Returns the path of a program; null if it is not installed.</summary>
    public static string? Find(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    /// <summary>Runs a program, which must succeed, and returns its output.</summary>
    public static string Run(string folder, string name, params string[] arguments)
    {
        var start = new ProcessStartInfo(name, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.AreEqual(0, process.ExitCode, errors.Result);
        return output + errors.Result;
    }
}
