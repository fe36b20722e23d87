using Microsoft.ML.Spiking.Conversion;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Networks.Folding;
using Microsoft.ML.Spiking.Neurons;
using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Scoring.Executors;
using Microsoft.ML.Spiking.Scoring.Int8;
using Microsoft.ML.Spiking.Scoring.Plan;
using Microsoft.ML.Spiking.Scoring.Scorers;
using Microsoft.ML.Spiking.Scoring.Streams;

namespace Microsoft.ML.Spiking.Tests.Scoring;

/// <summary>Linear layers that compute with weights of int8.</summary>
[TestClass]
public sealed unsafe class Int8ScoringTests
{
    public static IEnumerable<string> Widths => Enum.GetValues<VectorWidth>()
        .Where(width => width <= VectorWidths.Widest).Select(width => $"{width}");

    /// <summary>
    /// Sums of codes are whole numbers, whatever the order and wherever 16 bits end: each output is scale times sum
    /// plus bias, rounded once where multiply-adds are fused.
    /// </summary>
    [TestMethod]
    [DataRow(1, 5, 32)]
    [DataRow(2, 300, 33)]
    [DataRow(3, 1000, 40)]
    [DataRow(4, 257, 64)]
    [DataRow(5, 512, 95)]
    [DataRow(6, 256, 96)]
    [DataRow(7, 700, 70)]
    [DataRow(20, 90, 45)]
    public void Run_Spikes_GivesTheExactSumsOfCodes(int steps, int inputs, int outputs)
    {
        var random = new Random(steps);
        // Large codes of one sign overflow 16 bits as soon as they can.
        sbyte[] codes = [.. Enumerable.Range(0, inputs * outputs).Select(i =>
            (i / inputs % 3) switch { 0 => (sbyte)127, 1 => (sbyte)-127, _ => (sbyte)random.Next(-127, 128) })];
        float[] scales = [.. Enumerable.Range(0, outputs).Select(_ => random.NextSingle() / 100)];
        float[] bias = [.. Enumerable.Range(0, outputs).Select(_ => random.NextSingle() - 0.5f)];
        float[] spikes =
            [.. Enumerable.Range(0, steps * inputs).Select(i => i % 7 == 0 || random.Next(3) > 0 ? 1f : 0f)];

        LayerExecutor layer = Layer(new(codes, scales), bias, steps, SignalKind.Spikes);

        Assert.IsInstanceOfType<Int8SpikeLinearExecutor<Lanes256>>(layer);
        float[] output = Run(layer, spikes);
        for (int t = 0; t < steps; t++)
        {
            for (int o = 0; o < outputs; o++)
            {
                int sum = 0;
                for (int i = 0; i < inputs; i++)
                {
                    sum += spikes[(t * inputs) + i] != 0 ? codes[(o * inputs) + i] : 0;
                }
                Assert.AreEqual(float.MultiplyAddEstimate(sum, scales[o], bias[o]), output[(t * outputs) + o],
                    $"step {t}, output {o}");
            }
        }
    }

    [TestMethod]
    public void Run_ConstantInput_GivesTheSumsOfTheWeightsThatCodesStandFor()
    {
        var random = new Random(1);
        const int inputs = 133, outputs = 50;
        sbyte[] codes = [.. Enumerable.Range(0, inputs * outputs).Select(_ => (sbyte)random.Next(-127, 128))];
        float[] scales = [.. Enumerable.Range(0, outputs).Select(_ => random.NextSingle() / 100)];
        float[] bias = [.. Enumerable.Range(0, outputs).Select(_ => random.NextSingle())];
        float[] row =
            [.. Enumerable.Range(0, inputs).Select(i => i % 3 == 0 ? 0 : (random.NextSingle() * 4) - 2)];
        var rows = new Int8Rows(codes, scales);
        float[] weights = rows.ToFloats();

        LayerExecutor layer = Layer(rows, bias, 1, SignalKind.Constant);

        Assert.IsInstanceOfType<Int8LinearExecutor<Lanes256>>(layer);
        float[] output = Run(layer, row);
        for (int o = 0; o < outputs; o++)
        {
            double sum = bias[o];
            for (int i = 0; i < inputs; i++)
            {
                sum += (double)weights[(o * inputs) + i] * row[i];
            }
            Assert.AreEqual(sum, output[o], 1e-4);
        }
    }

    /// <summary>Rows of several at once are those of one at a time, to the last bit.</summary>
    [TestMethod]
    public void RunRows_SeveralRows_GivesThatOfEach()
    {
        var random = new Random(3);
        const int rows = 5, steps = 8, inputs = 70, outputs = 37;
        Int8Rows weights = Int8Rows.Of(
            [.. Enumerable.Range(0, inputs * outputs).Select(_ => random.NextSingle() - 0.5f)], outputs);
        foreach ((SignalKind kind, int t) in new[] { (SignalKind.Spikes, steps), (SignalKind.Constant, 1) })
        {
            float[] input = [.. Enumerable.Range(0, rows * t * inputs).Select(_ => (float)random.Next(2))];
            LayerExecutor layer = Layer(weights, new float[outputs], t, kind);
            int size = t * outputs;
            using var memory = new Memory(layer.ScratchLengthFor(rows), rows * size);
            fixed (float* first = input)
            {
                layer.RunRows(first, t * inputs, memory.Output, size, rows, memory.Scratch);
            }
            for (int row = 0; row < rows; row++)
            {
                Assert.AreSequenceEqual(Run(layer, input[(row * t * inputs)..((row + 1) * t * inputs)]),
                    new Span<float>(memory.Output + (row * size), size).ToArray());
            }
        }
    }

    [TestMethod]
    [DataRow(31, 1, true)] // fewer outputs than a panel
    [DataRow(40, 3, false)] // values of several steps that are no spikes
    public void Of_LayerThatGainsNothing_StaysInFloat32(int outputs, int steps, bool isSpikes) => Assert.IsNull(
        Int8LayerExecutor.Of<Lanes256>(Folded(Int8Rows.Of(new float[outputs * 4], outputs), outputs), steps,
            isSpikes ? SignalKind.Spikes : SignalKind.Graded));

    [TestMethod]
    public void Of_NarrowVectors_StaysInFloat32() => Assert.IsNull(Int8LayerExecutor.Of<Lanes128>(
        Folded(Int8Rows.Of(new float[40 * 4], 40), 40), 1, SignalKind.Spikes));

    /// <summary>
    /// A network's scores are those of the float32 values that its codes stand for, but for rounding; with every neuron
    /// (whose firing bound is compared with the currents of the first layer), folded normalizations and all widths.
    /// </summary>
    [TestMethod]
    [DynamicData(nameof(Widths))]
    public void Score_Int8Network_AgreesWithTheValuesOfItsCodes(string name)
    {
        VectorWidth width = Enum.Parse<VectorWidth>(name);
        int different = 0, all = 0;
        foreach (NeuronDefinition neuron in new NeuronDefinition[]
            {
                new ClifNeuron { Threshold = 0.5 }, new LifNeuron { ResetPotential = -0.1, Threshold = 0.5 },
                new IfNeuron(), new KlifNeuron(), new ReluNeuron(),
            })
        {
            var network = new NetworkDefinition([60], 7, new DirectEncoder(),
                [
                    new LinearLayer("fc1", 60, 70), new BatchNormLayer("bn1", 70), new NeuronLayer("n1", neuron),
                    new LinearLayer("fc2", 70, 90, hasBias: false), new NeuronLayer("n2", neuron),
                    new LinearLayer("fc3", 90, 33), new NeuronLayer("n3", neuron), new LinearLayer("out", 33, 3),
                ], 3);
            NetworkWeights int8 = WeightQuantization.Apply(
                network, RandomNetwork.Weights(network, 5), WeightPrecision.Int8);
            NetworkWeights float32 = WeightQuantization.Apply(network, int8, WeightPrecision.Float32);
            var random = new Random(1);
            using ManagedScorer left = new(network, int8, width), right = new(network, float32, width);
            for (int row = 0; row < 40; row++, all++)
            {
                float[] features = [.. Enumerable.Range(0, 60).Select(_ => (float)random.NextDouble())];
                float[] a = new float[3], b = new float[3];
                left.Score(features, 1, a);
                right.Score(features, 1, b);
                different += a.Zip(b).Any(pair => Math.Abs(pair.First - pair.Second) > 1e-4) ? 1 : 0;
            }
        }
        Assert.IsLessThanOrEqualTo(all / 50, different); // a rounding may flip a spike
    }

    /// <summary>A stream computes with the same weights: its scores are those of the whole row, bit by bit.</summary>
    [TestMethod]
    public void Push_Int8Network_GivesTheScoresOfTheRow()
    {
        var network = new NetworkDefinition([40], 9, new DirectEncoder(),
            [
                new LinearLayer("fc1", 40, 64), new NeuronLayer("n1", new ClifNeuron { Threshold = 0.4 }),
                new LinearLayer("fc2", 64, 48), new NeuronLayer("n2", new LifNeuron { Threshold = 0.3 }),
                new LinearLayer("out", 48, 4),
            ], 4, hasTimeAxis: true);
        NetworkWeights weights = WeightQuantization.Apply(
            network, RandomNetwork.Weights(network, 2), WeightPrecision.Int8);
        using var scorer = new ManagedScorer(network, weights);
        ScoringPlan scoring = ScoringPlanBuilder.Build(network, weights, VectorWidth.Auto);
        var plan = new StreamPlan(network, scoring);
        var random = new Random(4);
        float[] row = [.. Enumerable.Range(0, 9 * 40).Select(_ => random.NextSingle() * 2)];
        float[] expected = new float[4], actual = new float[4];
        scorer.Score(row, 1, expected);

        var state = new AlignedFloats(plan.StateLength);
        plan.Reset(state);
        for (int t = 0; t < 9; t++)
        {
            plan.Step(row.AsSpan(t * 40, 40), state, t + 1, actual);
        }

        Assert.AreSequenceEqual(expected, actual);
        Assert.AreNotEqual(0.25f, actual[0]);
    }

    private static FoldedWeights Folded(Int8Rows rows, int outputs) =>
        new(rows.ToFloats(), new float[outputs]) { Int8 = rows };

    private static LayerExecutor Layer(Int8Rows rows, float[] bias, int steps, SignalKind kind) =>
        Int8LayerExecutor.Of<Lanes256>(new FoldedWeights(rows.ToFloats(), bias) { Int8 = rows }, steps, kind)!;

    private static float[] Run(LayerExecutor layer, float[] input)
    {
        using var memory = new Memory(layer.ScratchLength, layer.OutputLength);
        fixed (float* first = input)
        {
            layer.Run(first, memory.Output, memory.Scratch);
        }
        return new Span<float>(memory.Output, (int)layer.OutputLength).ToArray();
    }

    /// <summary>Output and scratch with guards behind them, which a run must leave as they are.</summary>
    private sealed class Memory : IDisposable
    {
        private const int Guard = 64;
        private const float Mark = 12345.678f;

        private readonly AlignedFloats _scratch, _output;
        private readonly long _scratchLength, _outputLength;

        public Memory(long scratch, long output)
        {
            (_scratchLength, _outputLength) = (scratch, output);
            (_scratch, _output) = (new(scratch + Guard), new(output + Guard));
            new Span<float>(Scratch, (int)scratch + Guard).Fill(Mark);
            new Span<float>(Output, (int)output + Guard).Fill(Mark);
        }

        public float* Scratch => _scratch.Pointer;

        public float* Output => _output.Pointer;

        public void Dispose()
        {
            Assert.IsLessThan(0, new Span<float>(Scratch + _scratchLength, Guard).IndexOfAnyExcept(Mark));
            Assert.IsLessThan(0, new Span<float>(Output + _outputLength, Guard).IndexOfAnyExcept(Mark));
        }
    }
}
