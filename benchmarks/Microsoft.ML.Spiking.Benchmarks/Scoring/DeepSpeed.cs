using Microsoft.ML.Spiking.Benchmarks.Measuring;
using Microsoft.ML.Spiking.Benchmarks.Scoring.Trained;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Torch;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Benchmarks.Scoring;

/// <summary>Deep networks, for information: they have no goal.</summary>
internal sealed class DeepSpeed : IBenchmark
{
    private const int Side = 32;
    private const int Channels = 3;
    private const int Rows = 32;
    private const int Classes = 10;

    public string Name => "scoring-deep";

    public string Description =>
        "one row, images 3 x 32 x 32, T = 6, initial weights with the running statistics of smooth noise; us, ratio " +
        "with quartiles";

    public void Run(bool quick, TextWriter output)
    {
        foreach ((string name, NetworkTemplate template) in new (string, NetworkTemplate)[]
            { ("vgg-11", new SpikingVgg(11)), ("resnet-18", new SpikingResNet(18)) })
        {
            TrainedNetwork network = Create(name, template);
            output.WriteLine(network.Describe());
            using var contenders = new RowContenders(network);
            output.WriteLine(contenders.AssertSameScores(10));
            RowTimes times = contenders.Measure(quick ? 5 : 11, output);
            output.WriteLine(Numbers.Text($"  {name}: op by op / managed " +
                $"{PairedRatio.Of(times.OpByOp, times.Managed)}, layer by layer / managed " +
                $"{PairedRatio.Of(times.LayerByLayer, times.Managed)}"));
        }
    }

    /// <summary>Returns a deep network with its initial weights.</summary>
    public static TrainedNetwork Create(string name, NetworkTemplate template)
    {
        NetworkDefinition definition = template.Bind(new(
            [Channels, Side, Side], Classes, TrainedNetworks.TimeSteps, new DirectEncoder(), new ClifNeuron(),
            Dropout: 0));
        float[][] images = [.. Enumerable.Range(0, Rows).Select(SmoothNoise)];
        return new(name, definition, Settle(definition, images), images);
    }

    /// <summary>
    /// Sets the running statistics; with others the neurons of deep layers would be silent, or fire at every step.
    /// </summary>
    private static NetworkWeights Settle(NetworkDefinition definition, float[][] images)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        using var network = new TorchNetwork(definition, CPU);
        network.Parameters.Import(WeightInitializer.Create(definition, seed: 1));
        foreach (float[][] batch in images.Chunk(8))
        {
            Tensor rows = tensor([.. batch.SelectMany(image => image)], [batch.Length, definition.InputSize]);
            network.Forward(rows, new ForwardPass { IsTraining = true }).Dispose();
        }
        return network.Parameters.Export();
    }

    /// <summary>
    /// Returns images whose channels are means of noise over 4 x 4 neighbours, as correlated as the pixels of a
    /// photograph.
    /// </summary>
    private static float[] SmoothNoise(int seed)
    {
        const int coarse = Side / 4;
        var random = new Random(seed);
        float[] noise =
            [.. Enumerable.Range(0, Channels * coarse * coarse).Select(_ => (float)((4 * random.NextDouble()) - 2))];
        return
        [
            .. from channel in Enumerable.Range(0, Channels)
               from y in Enumerable.Range(0, Side)
               from x in Enumerable.Range(0, Side)
               select noise[(((channel * coarse) + (y / 4)) * coarse) + (x / 4)],
        ];
    }
}
