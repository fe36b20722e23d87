using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Tests.Training;
using Microsoft.ML.Spiking.Training.Cuda;
using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Loop;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static System.FormattableString;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.GpuCheck;

/// <summary>Whole trainings on the device: beside the CPU's, interrupted, and on several devices.</summary>
internal static class TrainingChecks
{
    private const int Classes = 3;
    private const int Features = 8;
    private const double Tolerance = 1e-3; // what rounding makes of some dozen steps

    private static readonly NetworkDefinition Network =
        new Mlp(64).Bind(new([Features], Classes, 4, new DirectEncoder(), new ClifNeuron(), Dropout: 0.2));

    public static void Run(Checks checks, Device device, int devices)
    {
        TrainingSettings settings = Settings(device);
        checks.Run("a training, as on the CPU", () => Difference(
            Train(settings), Train(settings with { Device = ComputeDevice.Cpu, CudaDeviceIndex = null })));
        checks.Run("a training with AdamW and clipping, as on the CPU", () =>
        {
            TrainingSettings other =
                settings with { Optimizer = OptimizerKind.AdamW, LearningRate = 0.01, GradientClipping = 0.5 };
            return Difference(
                Train(other), Train(other with { Device = ComputeDevice.Cpu, CudaDeviceIndex = null }));
        });
        checks.Run("a training that is cancelled and resumed, as in one go", () =>
        {
            string folder = Directory.CreateTempSubdirectory("gpu-check-").FullName;
            try
            {
                TrainingSettings saved = settings with { CheckpointFolder = folder };
                using var source = new CancellationTokenSource();
                try
                {
                    Train(saved, source, cancelAt: 17);
                    throw new InvalidOperationException("it was not cancelled");
                }
                catch (OperationCanceledException)
                {
                    return Difference(Train(saved), Train(settings));
                }
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        });
        if (devices > 1)
        {
            checks.Run("two devices, as accumulation on one", () => Difference(
                Train(settings with { CudaDevices = [0, 1], CudaDeviceIndex = null }),
                Train(settings with { BatchSize = settings.BatchSize / 2, GradientAccumulation = 2 })));
        }
        checks.Run("Poisson spikes, bit for bit the CPU's", () => Spikes(new PoissonEncoder { Rate = 0.6 }, device));
        checks.Run("latency spikes, bit for bit the CPU's", () => Spikes(new LatencyEncoder(), device));
        checks.Run("a step waits for nothing", () =>
        {
            using var step = new NetworkStep(
                new ConvNet(16, 32), [1, 16, 16], timeSteps: 4, rows: 32, device, dropout: 0.2);
            step.Run();
            long before = DeviceWait.Count;
            step.Run();
            return Checks.Equal(before, DeviceWait.Count) + " reads of the device so far, none by the step";
        });
    }

    private static string Spikes(InputEncoder encoder, Device device)
    {
        using DisposeScope scope = NewDisposeScope();
        NetworkDefinition network =
            new Mlp(4).Bind(new([1001], Classes, 8, encoder, new ClifNeuron(), Dropout: 0));
        var pass = new ForwardPass { IsTraining = true, Seed = 3, Epoch = 2 };
        var random = new Random(4);
        Tensor rows = tensor([.. Enumerable.Range(0, 5 * 1001).Select(_ => random.NextSingle())], [5, 1001]);
        Tensor expected = new TorchEncoder(network).Encode(rows, pass).Values;
        Tensor found = new TorchEncoder(network, CudaUse.KernelsOf(device)).Encode(rows.to(device), pass).Values;
        return Checks.Equal(0L, found.cpu().ne(expected).sum().item<long>()) + " differ";
    }

    private static string Difference(TrainingOutcome own, TrainingOutcome other)
    {
        double worst = own.Weights.Zip(other.Weights).Max(pair =>
        {
            ReadOnlySpan<float> one = pair.First.Values.Span, two = pair.Second.Values.Span;
            double size = 1e-3, difference = 0;
            for (int i = 0; i < one.Length; i++)
            {
                size = Math.Max(size, Math.Abs(two[i]));
                difference = Math.Max(difference, Math.Abs(one[i] - two[i]));
            }
            return difference / size;
        });
        return Checks.AtMost(Tolerance, worst) + Invariant($", loss {own.History[^1].Loss:0.000}");
    }

    private static TrainingOutcome Train(
        TrainingSettings settings, CancellationTokenSource? source = null, int cancelAt = 0) =>
        TrainingLoop.Run(Network, null, new Clouds(), null, settings, new Observer(source, cancelAt),
            source?.Token ?? CancellationToken.None);

    private static TrainingSettings Settings(Device device) => PlainSettings.Value with
    {
        Epochs = 3,
        LearningRate = 0.05,
        LabelSmoothing = 0.1,
        Device = ComputeDevice.Cuda,
        CudaDeviceIndex = device.index,
        ReuseNativeMemory = false,
    };

    /// <summary>Three clouds of points.</summary>
    private sealed class Clouds : IRowSource
    {
        public int FeatureCount => Features;

        public IRowCursor Open() => new Cursor();

        private sealed class Cursor : IRowCursor
        {
            private readonly float[] _values = new float[Features];
            private readonly Random _random = new(5);
            private int _row = -1;

            public ReadOnlySpan<float> Values => _values;

            public ReadOnlySpan<int> Indices => [];

            public bool IsDense => true;

            public int Label => _row % Classes;

            public float Weight => 1;

            public bool MoveNext()
            {
                if (++_row >= 200)
                {
                    return false;
                }
                for (int i = 0; i < Features; i++)
                {
                    _values[i] = (0.4f * _random.NextSingle()) + (i == Label ? 1.5f : 0);
                }
                return true;
            }

            public void Dispose() { }
        }
    }

    private sealed class Observer(CancellationTokenSource? source, int cancelAt) : ITrainingObserver
    {
        private int _batches;

        public bool IsCancelled => false;

        public void Info(string message) { }

        public void Warning(string message) => Console.WriteLine($"        warning: {message}");

        public void BatchFinished(BatchProgress progress)
        {
            if (++_batches == cancelAt)
            {
                source?.Cancel();
            }
        }

        public void EpochFinished(EpochMetrics metrics) { }
    }
}
