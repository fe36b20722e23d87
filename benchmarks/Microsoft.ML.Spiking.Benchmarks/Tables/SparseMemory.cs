using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Benchmarks.Measuring;
using Microsoft.ML.Spiking.Randomness;

namespace Microsoft.ML.Spiking.Benchmarks.Tables;

/// <summary>Peak memory of a training on sparse rows of many features, in a process of its own.</summary>
internal sealed class SparseMemory : IBenchmark
{
    private const double Target = 4096;

    public string Name => "sparse-memory";

    public string Description =>
        "peak resident memory of a whole process that trains the default Mlp(512, 512) for one epoch, batch 512, on " +
        "rows of 100 values in 2^18 features; the heap of .NET is limited to 4 GB";

    public void Run(bool quick, TextWriter output)
    {
        int rows = quick ? 100_000 : 1_000_000;
        double[] found = ChildProcess.Run(ChildTasks.SparseMemory,
            new Dictionary<string, string> { ["DOTNET_GCHeapHardLimit"] = "0x100000000" }, Numbers.Text($"{rows}"));
        output.WriteLine(Numbers.Text($"{rows} rows: peak {found[0]:0} MB, {found[1]:0} rows a second, accuracy of ") +
            Numbers.Text($"the epoch {100 * found[2]:0.0} %; as dense rows they would take {rows / 1e3:0} GB"));
        output.WriteLine(new Goal("sparse-memory-mb", found[0], Target, AtMost: true));
    }
}

/// <summary>The training of <see cref="SparseMemory"/>.</summary>
internal static class SparseMemoryTask
{
    private const int Features = 1 << 18;
    private const int Values = 100;

    public static IEnumerable<double> Run(int count)
    {
        var ml = new MLContext(1);
        SchemaDefinition schema = SchemaDefinition.Create(typeof(Words));
        schema[nameof(Words.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, Features);
        IDataView rows = ml.Data.LoadFromEnumerable(Rows(count), schema);
        EpochMetrics? last = null;
        ml.MulticlassClassification.Trainers.SpikingClif(new SpikingClifTrainer.Options
        {
            Epochs = 1,
            BatchSize = 512,
            MetricsCallback = epoch => last = epoch,
        }).Fit(rows);
        return [ResidentMemory.Peak, last!.RowsPerSecond, last.Accuracy];
    }

    // A word of every row is one of three hundred that stand for its class.
    private static IEnumerable<Words> Rows(int count)
    {
        var row = new Words();
        int[] indices = new int[Values];
        float[] values = new float[Values];
        Array.Fill(values, 1f);
        for (int i = 0; i < count; i++)
        {
            var random = new RandomStream(1, (RandomPurpose)99, item: i);
            uint label = (uint)(random.NextDouble() * 3);
            indices[0] = ((int)(random.NextDouble() * 100) * 3) + (int)label;
            for (int word = 1; word < Values; word++) // one in each of 99 parts, so that they ascend
            {
                indices[word] = 300 + (int)((word - 1 + random.NextDouble()) * (Features - 300) / (Values - 1));
            }
            row.Label = label;
            row.Features = new VBuffer<float>(Features, Values, values, indices);
            yield return row;
        }
    }

    private sealed class Words
    {
        [KeyType(3)]
        public uint Label { get; set; }

        public VBuffer<float> Features { get; set; }
    }
}
