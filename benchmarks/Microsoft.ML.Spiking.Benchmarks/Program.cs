using Microsoft.ML.Spiking.Benchmarks.Measuring;
using Microsoft.ML.Spiking.Benchmarks.Neurons;

// Arguments: --quick for fewer sizes and rounds; names of benchmarks, or none for all.
IBenchmark[] all = [new NeuronAgainstMemory()];
bool quick = args.Contains("--quick");
string[] names = [.. args.Where(arg => !arg.StartsWith('-'))];
string[] unknown = [.. names.Except(all.Select(benchmark => benchmark.Name))];
if (unknown.Length > 0)
{
    Console.Error.WriteLine($"Unknown: {string.Join(", ", unknown)}. There are: " +
        string.Join(", ", all.Select(benchmark => benchmark.Name)));
    return 2;
}
foreach (IBenchmark benchmark in all.Where(benchmark => names.Length == 0 || names.Contains(benchmark.Name)))
{
    Console.WriteLine($"# {benchmark.Name}: {benchmark.Description}");
    benchmark.Run(quick, Console.Out);
}
return 0;
