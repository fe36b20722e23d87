using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Neurons;

namespace Microsoft.ML.Spiking.Tests.Scoring;

/// <summary>Definitions from a seed: every kind of layer, and sometimes a size that is absurd or at a limit.</summary>
internal static class RandomDefinitions
{
    private const long MostWork = 1 << 22;

    /// <summary>
    /// Returns a definition; null if the draw does not fit, is refused, or would take a test too long.
    /// </summary>
    public static NetworkDefinition? Create(int seed)
    {
        var random = new Random(seed);
        var layers = new List<Layer>();
        try
        {
            int timeSteps = random.Next(4) == 0 ? random.Next(1, 30) : random.Next(1, 9);
            bool hasTimeAxis = random.Next(4) == 0;
            InputEncoder encoder = hasTimeAxis ? new DirectEncoder() : Pick<InputEncoder>(
                random, new DirectEncoder(), new PoissonEncoder(), new LatencyEncoder());
            var shape = new[] { random.Next(1, 7), random.Next(1, 14), random.Next(1, 14) };
            var signal = new Signal(shape, hasTimeAxis ? SignalKind.Graded : encoder.OutputKind);
            int count = random.Next(1, 7);
            for (int i = 0; i < count; i++)
            {
                Add(layers, Layer(random, signal, $"l{i}", nesting: 0), ref signal);
            }
            Add(layers, new FlattenLayer("flat"), ref signal);
            Add(layers, new LinearLayer("output", signal.Size, 3), ref signal);
            var definition = new NetworkDefinition(shape, timeSteps, encoder, layers, 3, hasTimeAxis);
            return Work(definition) > MostWork ? null : definition;
        }
        catch (NetworkDefinitionException)
        {
            return null;
        }
    }

    private static void Add(List<Layer> layers, Layer layer, ref Signal signal)
    {
        signal = layer.Infer(signal);
        layers.Add(layer);
    }

    private static Layer Layer(Random random, Signal signal, string name, int nesting)
    {
        int channels = signal.Shape[0];
        return random.Next(nesting < 2 ? 9 : 8) switch
        {
            0 or 1 => Convolution(random, channels, name),
            2 => new AveragePoolLayer(name, Size(random, 1), Size(random, 1)),
            3 => MaxPool(random, name),
            4 => new AdaptiveAveragePoolLayer(name, Size(random, 1)),
            5 => new BatchNormLayer(name, channels),
            6 or 7 => new NeuronLayer(name, Neuron(random)),
            _ => new ResidualLayer(name, [Layer(random, signal, name + "m", nesting + 1)],
                random.Next(2) == 0 ? [] : [Layer(random, signal, name + "s", nesting + 1)]),
        };
    }

    private static ConvolutionLayer Convolution(Random random, int channels, string name)
    {
        int groups = Enumerable.Range(1, channels).Where(parts => channels % parts == 0).OrderBy(_ => random.Next())
            .First();
        int outputs = groups * random.Next(1, 40);
        // Kernels as long as the padded image, which its padding makes very long.
        Extent padding = random.Next(8) == 0
            ? new(random.Next(1 << random.Next(1, 15)), random.Next(2)) : Size(random, 0);
        Extent kernel = random.Next(4) == 0
            ? new(random.Next(1, (2 * padding.Height) + 8), random.Next(1, (2 * padding.Width) + 8))
            : Size(random, 1);
        Extent stride = random.Next(8) == 0 ? new(1 << random.Next(31), 1 << random.Next(31)) : Size(random, 1);
        return new(name, channels, outputs, kernel, stride, padding, groups, hasBias: random.Next(2) == 0);
    }

    private static MaxPoolLayer MaxPool(Random random, string name)
    {
        Extent kernel = Size(random, 1);
        return new(name, kernel, Size(random, 1),
            new(random.Next((kernel.Height / 2) + 1), random.Next((kernel.Width / 2) + 1)));
    }

    private static NeuronDefinition Neuron(Random random) => Pick<NeuronDefinition>(random,
        new IfNeuron { Threshold = 0.2 }, new ClifNeuron { Threshold = 0.2 }, new LifNeuron { Threshold = 0.1 },
            new PlifNeuron());

    private static Extent Size(Random random, int least) => random.Next(10) == 0
        ? new(1 << random.Next(31), random.Next(least, 4))
        : new(random.Next(least, 5), random.Next(least, 5));

    private static T Pick<T>(Random random, params T[] items) => items[random.Next(items.Length)];

    private static long Work(NetworkDefinition definition)
    {
        long work = Shapes.LongSize(definition.RowShape);
        Signal signal = definition.InputSignal;
        foreach (Layer layer in definition.Layers)
        {
            Signal output = layer.Infer(signal);
            LayerCost cost = layer.CostOf(signal, output, definition.TimeSteps);
            work = Shapes.Sum(work, Shapes.Sum(cost.Products, cost.Scratch));
            signal = output;
        }
        foreach (ParameterSpec spec in definition.Parameters)
        {
            work = Shapes.Sum(work, spec.Size);
        }
        return work;
    }
}
