using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Training.Cuda;
using TorchSharp;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.GpuCheck;

/// <summary>
/// A whole training of ResNet-18 on CIFAR-10, T = 4, through ML.NET on the card: accuracy against time.
/// </summary>
internal static class Learning
{
    private const int Pixels = 3 * 32 * 32;
    private const int Seed = 1;

    /// <summary>Trains and prints a line for each epoch.</summary>
    /// <param name="arguments">
    /// A folder with train.bin and test.bin, in which an image is a byte for its class and its pixels, channel by
    /// channel; clif or lif; and the number of epochs.
    /// </param>
    public static int Run(ReadOnlySpan<string> arguments)
    {
        if (arguments is not [string folder, string neuron, string count] || neuron is not ("clif" or "lif")
            || !int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out int epochs) || epochs < 1)
        {
            Console.Error.WriteLine("gpu-check learn FOLDER clif|lif EPOCHS");
            return 2;
        }
        var ml = new MLContext(Seed);
        SpikingClifTrainer.Options options = SpikingClifRecipes.Cifar10();
        var clock = Stopwatch.StartNew();
        options.TimeSteps = 4;
        options.Epochs = epochs;
        options.Seed = Seed;
        options.Device = ComputeDevice.Auto;
        options.Precision = TrainingPrecision.BFloat16;
        options.Neuron = neuron == "clif" ? options.Neuron : new LifNeuron { Surrogate = new RectangleSurrogate() };
        options.LabelColumnName = nameof(Image.Label);
        options.FeatureColumnName = nameof(Image.Features);
        options.InputShape = [3, 32, 32];
        options.MetricsCallback = metrics => Console.WriteLine(
            Invariant($"{neuron} epoch {metrics.Epoch,3} of {metrics.Epochs}: {clock.Elapsed.TotalSeconds,6:0.0} s, ") +
            Invariant($"loss {metrics.Loss:0.000}, accuracy {metrics.Accuracy:P1}, ") +
            Invariant($"test {metrics.ValidationAccuracy:P1}, {metrics.RowsPerSecond:0} images/s"));
        ml.Log += (_, log) =>
        {
            if (log.Kind == Runtime.ChannelMessageKind.Warning)
            {
                Console.WriteLine($"        warning: {log.RawMessage}");
            }
        };
        IDataView train = Read(ml, Path.Combine(folder, "train.bin"));
        var keys = ml.Transforms.Conversion.MapValueToKey(nameof(Image.Label)).Fit(train);
        train = keys.Transform(train);
        IDataView test = keys.Transform(Read(ml, Path.Combine(folder, "test.bin")));
        Console.WriteLine(Invariant($"{neuron}: read after {clock.Elapsed.TotalSeconds:0.0} s"));
        ml.MulticlassClassification.Trainers.SpikingClif(options).Fit(train, test);
        bool isUsed = torch.cuda.is_available() && CudaUse.KernelsOf(new(DeviceType.CUDA, 0)) is not null;
        Console.WriteLine(Invariant($"{neuron}: {clock.Elapsed.TotalSeconds:0.0} s in all, kernels used: {isUsed}"));
        return 0;
    }

    private static IDataView Read(MLContext ml, string file)
    {
        byte[] bytes = File.ReadAllBytes(file);
        return ml.Data.LoadFromEnumerable(Enumerable.Range(0, bytes.Length / (Pixels + 1)).Select(row =>
        {
            ReadOnlySpan<byte> image = bytes.AsSpan(row * (Pixels + 1), Pixels + 1);
            var features = new float[Pixels];
            for (int i = 0; i < Pixels; i++)
            {
                features[i] = image[i + 1];
            }
            return new Image { Label = image[0], Features = features };
        }));
    }

    /// <summary>A row.</summary>
    private sealed class Image
    {
        public byte Label { get; set; }

        [VectorType(Pixels)]
        public float[] Features { get; set; } = [];
    }
}
