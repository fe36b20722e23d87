using System.Diagnostics;
using Microsoft.ML.Spiking.Benchmarks.Measuring;

namespace Microsoft.ML.Spiking.Benchmarks.Export;

/// <summary>A layer of neurons in ONNX Runtime: unrolled time steps against a Scan over them.</summary>
internal sealed class OnnxSteps : IBenchmark
{
    public string Name => "onnx-steps";

    public string Description =>
        "a layer of neurons in ONNX Runtime on one thread, a Scan over its steps against steps one after another; " +
        "time, ratio of the Scan's to the steps' (above 1: steps are faster), time to load";

    public void Run(bool quick, TextWriter output)
    {
        (int Steps, int Rows, int Neurons)[] sizes = quick
            ? [(6, 1, 512), (6, 64, 512)]
            : [(6, 1, 512), (6, 64, 512), (6, 1, 16_384), (6, 32, 16_384), (100, 1, 512), (100, 32, 512)];
        SpikingNeuronDefinition[] neurons = [new LifNeuron(), new ClifNeuron()];
        foreach ((int steps, int rows, int count) in sizes)
        {
            foreach (SpikingNeuronDefinition neuron in neurons)
            {
                Compare(neuron, steps, rows, count, output);
            }
        }
    }

    private static void Compare(SpikingNeuronDefinition neuron, int steps, int rows, int count, TextWriter output)
    {
        var random = new Random(1);
        float[] current = [.. Enumerable.Range(0, steps * rows * count).Select(_ => random.NextSingle())];
        byte[] unrolledFile = StepForms.Unrolled(neuron, steps, count), scanFile = StepForms.Scan(neuron, steps, count);
        (OnnxModel unrolled, double unrolledLoad) = Load(unrolledFile);
        (OnnxModel scan, double scanLoad) = Load(scanFile);
        using (unrolled)
        using (scan)
        {
            if (!unrolled.Run().AsSpan().SequenceEqual(scan.Run()))
            {
                throw new InvalidOperationException("The two forms give different spikes.");
            }
            double[][] seconds = InterleavedRounds.Measure(7, () => unrolled.Run(), () => scan.Run());
            output.WriteLine(Numbers.Text($"  {neuron.GetType().Name}, {steps} steps, {rows} rows of {count}: " +
                $"steps {PairedRatio.MedianOf(seconds[0]) * 1e6:0} us, " +
                $"Scan {PairedRatio.MedianOf(seconds[1]) * 1e6:0} us, " +
                $"ratio {PairedRatio.Of(seconds[1], seconds[0])}; load {unrolledLoad * 1e3:0.0} and " +
                $"{scanLoad * 1e3:0.0} ms, {unrolledFile.Length} and {scanFile.Length} bytes"));
        }

        (OnnxModel Model, double Seconds) Load(byte[] file)
        {
            long start = Stopwatch.GetTimestamp();
            var model = new OnnxModel(file, current, steps * rows, StepForms.Spikes, threads: 1);
            return (model, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
    }
}
