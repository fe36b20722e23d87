using System.Diagnostics;
using System.Globalization;

namespace Microsoft.ML.Spiking.Guard;

/// <summary>Runs two builds in turn, round after round, and prints what takes longer than before.</summary>
internal static class Comparison
{
    // A process may be fast or slow all its life, by where its code and memory happen to lie: several are started.
    private const int Processes = 3;
    private const int Rounds = 9;
    private const int QuickRounds = 5;

    // A median nearer to 1 is not worth a warning, whatever its spread.
    private const double LeastChange = 1.02;

    /// <summary>Compares, prints a line for each workload, and returns whether none is slower.</summary>
    /// <param name="before">The program of the older build.</param>
    /// <param name="after">The program of the newer build.</param>
    /// <param name="folder">The models; see <see cref="Workloads.Prepare"/>.</param>
    /// <param name="quick">Whether fewer rounds are enough.</param>
    /// <param name="results">A file to which the lines are written too; null for none.</param>
    public static bool Run(string before, string after, string folder, bool quick, string? results)
    {
        string[] names = [.. Workloads.All(folder).Keys];
        var ratios = names.ToDictionary(name => name, _ => new List<double[]>());
        for (int process = 0; process < Processes; process++)
        {
            using var old = new Build(before, folder);
            using var current = new Build(after, folder);
            foreach (string name in names)
            {
                ratios[name].Add(Measure(old, current, name, quick ? QuickRounds : Rounds, process));
            }
        }
        string[] lines = [.. names.Select(name => Line(name, ratios[name]))];
        int slower = names.Count(name => IsSlower(ratios[name]));
        string[] all =
        [
            "time of the newer build / time of the older one: median [quartiles], and the median of each process",
            .. lines,
            slower == 0 ? "nothing is slower beyond the spread"
                : $"slower beyond the spread: {slower} of {names.Length}",
        ];
        Console.WriteLine(string.Join('\n', all));
        if (results != null)
        {
            File.WriteAllLines(results, all);
        }
        return slower == 0;
    }

    /// <summary>
    /// Whether the newer build takes longer: in three of four rounds, in most rounds of each process, and by 2 %.
    /// </summary>
    /// <param name="processes">The ratios of each process, in the order of the rounds.</param>
    internal static bool IsSlower(IReadOnlyList<double[]> processes)
    {
        double[] all = [.. processes.SelectMany(ratios => ratios)];
        return At(all, 0.25) > 1 && At(all, 0.5) >= LeastChange && processes.All(ratios => At(ratios, 0.5) > 1);
    }

    private static double[] Measure(Build old, Build current, string name, int rounds, int process)
    {
        // The first answers include the warm-up, one after the other.
        old.Measure(name);
        current.Measure(name);
        double[] ratios = new double[rounds];
        for (int round = 0; round < rounds; round++)
        {
            bool oldFirst = (round + process) % 2 == 0;
            double first = (oldFirst ? old : current).Measure(name);
            double second = (oldFirst ? current : old).Measure(name);
            ratios[round] = oldFirst ? second / first : first / second;
        }
        return ratios;
    }

    private static string Line(string name, IReadOnlyList<double[]> processes)
    {
        double[] all = [.. processes.SelectMany(ratios => ratios)];
        string medians = string.Join(' ', processes.Select(ratios => Text(At(ratios, 0.5))));
        string verdict = IsSlower(processes) ? "  SLOWER" : "";
        return $"{name,-32} {Text(At(all, 0.5))} [{Text(At(all, 0.25))}, {Text(At(all, 0.75))}]  {medians}{verdict}";
    }

    private static string Text(double ratio) => ratio.ToString("0.00", CultureInfo.InvariantCulture);

    private static double At(double[] values, double part)
    {
        double[] sorted = [.. values.Order()];
        double position = part * (sorted.Length - 1);
        int below = (int)position;
        int above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((position - below) * (sorted[above] - sorted[below]));
    }

    /// <summary>A process with one of the builds.</summary>
    private sealed class Build : IDisposable
    {
        private readonly Process _process;

        public Build(string program, string folder)
        {
            var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true };
            start.ArgumentList.Add("worker");
            start.ArgumentList.Add(folder);
            _process = Process.Start(start)!;
        }

        /// <summary>Returns the seconds of one run.</summary>
        public double Measure(string name)
        {
            _process.StandardInput.WriteLine(name);
            _process.StandardInput.Flush();
            string answer = _process.StandardOutput.ReadLine()
                ?? throw new InvalidOperationException($"{_process.StartInfo.FileName} ended while it ran '{name}'.");
            return double.Parse(answer, CultureInfo.InvariantCulture);
        }

        public void Dispose()
        {
            _process.StandardInput.Close();
            _process.WaitForExit();
            _process.Dispose();
        }
    }
}
