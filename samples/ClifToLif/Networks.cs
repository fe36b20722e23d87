using Microsoft.ML.Spiking;

namespace ClifToLif;

/// <summary>The networks that are converted.</summary>
internal static class Networks
{
    /// <summary>Hidden layers of the same size, for digits.</summary>
    public static SpikingClifTrainer.Options Perceptron(int layers, int width, int epochs) => new()
    {
        Network = new Mlp([.. Enumerable.Repeat(width, layers)]),
        TimeSteps = 6,
        Epochs = epochs,
        Device = ComputeDevice.Cpu,
    };

    /// <summary>
    /// Three groups of convolutions with batch norm, the first of each halving the image and doubling the channels:
    /// for 32x32 images, neurons over 16x16, 8x8 and 4x4.
    /// </summary>
    public static SpikingClifTrainer.Options Convolutions(int layersOfGroup, int width, int epochs)
    {
        var network = new NetworkBuilder();
        for (int group = 0; group < 3; group++)
        {
            for (int layer = 0; layer < layersOfGroup; layer++)
            {
                network.Convolution(width << group, 3, stride: layer == 0 ? 2 : 1, padding: 1).BatchNorm().Neuron();
            }
        }
        return new()
        {
            Network = network.Flatten().Build(),
            TimeSteps = 6,
            Epochs = epochs,
            InputNormalization = new ChannelNormalization(),
            Augmentation = new ImageAugmentation { CropPadding = 2, HorizontalFlip = true },
            Device = ComputeDevice.Cpu,
        };
    }
}
