using Microsoft.ML.Spiking.Benchmarks.Measuring;
using Microsoft.ML.Spiking.Benchmarks.Scoring.Trained;

namespace Microsoft.ML.Spiking.Benchmarks.Scoring;

/// <summary>
/// One row in managed code on processors that lack features of this one: .NET is told so, in separate processes, and
/// compiles for their instructions and number of registers.
/// </summary>
internal static class PathSpeed
{
    private static readonly (string Name, string? Switch)[] Paths =
        [
            ("all instructions", null),
            ("AVX2", "DOTNET_EnableAVX512"),
            ("SSE", "DOTNET_EnableAVX"),
            ("plain", "DOTNET_EnableHWIntrinsic"),
        ];

    public static void Run(bool quick, TextWriter output)
    {
        foreach (TrainedDigits digits in TrainedNetworks.All(quick, TextWriter.Null))
        {
            using var saved = new SavedNetwork(digits);
            int rounds = quick ? 3 : 7;
            double[][] seconds = [.. Paths.Select(_ => new double[rounds])];
            for (int round = 0; round < rounds; round++)
            {
                for (int i = 0; i < Paths.Length; i++)
                {
                    int turn = (i + round) % Paths.Length;
                    string[] off = Paths[turn].Switch is string name ? [name] : [];
                    seconds[turn][round] = ChildProcess.Run(
                        ChildTasks.ScoreRow, off.ToDictionary(name => name, _ => "0"), saved.Folder)[0];
                }
            }
            for (int i = 0; i < Paths.Length; i++)
            {
                output.WriteLine(Numbers.Text($"  {digits.Network.Name}, a process with {Paths[i].Name}: " +
                    $"{PairedRatio.MedianOf(seconds[i]) * 1e6:0.0} us, {PairedRatio.Of(seconds[i], seconds[0])} of " +
                    $"all instructions"));
            }
        }
    }
}
