using Microsoft.ML.Spiking.Benchmarks.Measuring;
using Microsoft.ML.Spiking.Events;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Scoring.Plan;
using Microsoft.ML.Spiking.Scoring.Scorers;
using Microsoft.ML.Spiking.Training.Torch;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Benchmarks.Scoring;

/// <summary>The time of a live stream's step, beside a step of a whole row, and a stream's memory.</summary>
internal sealed class StreamSpeed : IBenchmark
{
    private const int Steps = 10;
    private const int EventsOfStep = 10_000; // of a million a second, in windows of 10 ms
    private const int Classes = 10;

    public string Name => "stream";

    public string Description =>
        "microseconds of a time step in a live stream and in a whole row, T = 10, and the share of a core that a " +
        "camera of 1 million events a second takes in windows of 10 ms";

    public void Run(bool quick, TextWriter output)
    {
        foreach ((string name, NetworkTemplate template, int side) in new (string, NetworkTemplate, int)[]
            { ("conv-16-32, 34x34", new ConvNet(16, 32), 34), ("vgg-11, 48x48", new SpikingVgg(11), 48) })
        {
            Run(name, template, side, quick ? 3 : 9, output);
        }
    }

    private static void Run(string name, NetworkTemplate template, int side, int rounds, TextWriter output)
    {
        NetworkDefinition definition = template.Bind(new([2, side, side], Classes, Steps, new DirectEncoder(),
            new ClifNeuron(), Dropout: 0)
        { HasTimeAxis = true });
        var frames = new EventFrameOptions
        {
            SensorWidth = side,
            SensorHeight = side,
            Windows = EventWindows.Grid(Steps, 10_000),
        };
        Event[] events = Moving(side);
        float[] row = Frames(events, frames);
        NetworkWeights weights = Settle(definition, row);
        var model = new SpikingModelParameters(definition, weights);
        // As rows without a time axis of their own are: a layer over all steps, and then the next layer.
        using var layerByLayer = new ManagedScorer(definition, ScoringPlanBuilder.Build(definition, weights,
            VectorWidth.Auto, ExecutorFactory.Of(VectorWidth.Auto), isStepwise: false));
        var stream = new EventStream(model.CreateStream(), frames);
        SpikingStream steps = model.CreateStream();
        float[] scores = new float[Classes];

        double[][] seconds = InterleavedRounds.Measure(rounds,
            () => model.Scorer.Score(row, 1, scores),
            () => layerByLayer.Score(row, 1, scores),
            () =>
            {
                for (int t = 0; t < Steps; t++)
                {
                    steps.Push(row.AsSpan(t * steps.ValueCount, steps.ValueCount));
                }
            },
            () =>
            {
                stream.Reset();
                stream.Push(events);
                stream.AdvanceTo(Steps * 10_000);
            });

        output.WriteLine(Numbers.Text($"{name}: a step of a stream {Microseconds(seconds[2]):0} us, of a row ") +
            Numbers.Text($"{Microseconds(seconds[0]):0} us (row / stream {PairedRatio.Of(seconds[0], seconds[2])})"));
        output.WriteLine(Numbers.Text($"  a row step by step / all steps of a layer at once ") +
            Numbers.Text($"({Microseconds(seconds[1]):0} us a step): {PairedRatio.Of(seconds[0], seconds[1])}"));
        output.WriteLine(Numbers.Text($"  with its {EventsOfStep} events a step of a stream takes ") +
            Numbers.Text($"{Microseconds(seconds[3]):0} us: {Microseconds(seconds[3]) / 10_000:P0} of a core; a ") +
            Numbers.Text($"stream takes {steps.MemoryBytes / 1024.0:0} KiB"));
    }

    private static double Microseconds(double[] seconds) => PairedRatio.MedianOf(seconds) / Steps * 1e6;

    // An edge that moves, and noise: half of the events each.
    private static Event[] Moving(int side)
    {
        var random = new Random(1);
        var events = new Event[Steps * EventsOfStep];
        for (int i = 0; i < events.Length; i++)
        {
            long time = i / (EventsOfStep / 10_000);
            int edge = (int)(time * side / (Steps * 10_000));
            events[i] = new(time, (ushort)(i % 2 == 0 ? edge : random.Next(side)), (ushort)random.Next(side),
                random.Next(2) == 1);
        }
        return events;
    }

    private static float[] Frames(Event[] events, EventFrameOptions options) =>
        EventFrames.Count(events, options.SensorWidth, options.SensorHeight, options.Windows).Values.ToArray();

    // With other statistics the neurons of deep layers would be silent, or never rest.
    private static NetworkWeights Settle(NetworkDefinition definition, float[] row)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        using var network = new TorchNetwork(definition, CPU);
        network.Parameters.Import(WeightInitializer.Create(definition, seed: 1));
        for (int pass = 0; pass < 8; pass++)
        {
            network.Forward(tensor(row, [1, row.Length]), new ForwardPass { IsTraining = true }).Dispose();
        }
        return network.Parameters.Export();
    }
}
