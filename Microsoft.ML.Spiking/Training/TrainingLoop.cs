using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Augmentation;
using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Optimizers;
using Microsoft.ML.Spiking.Training.TorchLayers;
using Microsoft.ML.Spiking.Training.TorchNeurons;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training;

/// <summary>Trains a network, from the first row to the weights that are kept.</summary>
internal sealed class TrainingLoop : IDisposable
{
    /// <summary>Batches between two looks at the loss on a device that would have to be waited for.</summary>
    private const int BatchesBetweenChecks = 32;

    private readonly TrainingSettings _settings;
    private readonly ITrainingObserver _observer;
    private readonly CancellationToken _token;
    private readonly Device _device;
    private readonly NetworkWeights? _initial;
    private readonly TorchNetwork _network;
    private readonly Optimizer _optimizer;
    private readonly Loss _loss;
    private readonly EpochTally _tally;
    private readonly List<EpochMetrics> _history = [];
    private KeptWeights? _kept;
    private double? _lastFiniteLoss;
    private int _epochs;
    private long _step;

    private TrainingLoop(
        NetworkDefinition definition, NetworkWeights? initial, TrainingSettings settings, ITrainingObserver observer,
        Device device, CancellationToken token)
    {
        _settings = settings;
        _observer = observer;
        _token = token;
        _device = device;
        _network = new(definition, device);
        _initial = initial;
        _optimizer = Optimizer.Create(settings, _network.Parameters.Trained);
        _loss = new(settings.LossLambda, settings.LossTarget, settings.LabelSmoothing);
        _tally = new(device);
    }

    /// <summary>
    /// Trains on a thread of its own and leaves the rest of the process as it was: torch's generator, its number of
    /// threads, its defaults. The same arguments give the same weights, whatever else runs.
    /// </summary>
    /// <param name="definition">The network.</param>
    /// <param name="initial">Where to start; null for new weights, drawn from the seed.</param>
    /// <param name="train">The rows to learn from.</param>
    /// <param name="validation">The rows that choose the best epoch; null to keep the last epoch's weights.</param>
    /// <param name="settings">Everything else.</param>
    /// <param name="observer">Hears what happens, on the training's thread.</param>
    /// <param name="token">Looked at before each batch.</param>
    /// <exception cref="InvalidOperationException">
    /// There are no rows, they do not fit the network, libtorch cannot be loaded, or the device is not there.
    /// </exception>
    /// <exception cref="TrainingDivergedException">The loss became infinite in the first epoch.</exception>
    /// <exception cref="OperationCanceledException">
    /// The token, unless the best weights are to be kept and training has begun.
    /// </exception>
    public static TrainingOutcome Run(
        NetworkDefinition definition, NetworkWeights? initial, IRowSource train, IRowSource? validation,
        TrainingSettings settings, ITrainingObserver observer, CancellationToken token) =>
        TrainingThread.Run(() => RunHere(definition, initial, train, validation, settings, observer, token));

    /// <summary><see cref="Run"/> on the calling thread, whose number of torch threads it changes.</summary>
    internal static TrainingOutcome RunHere(
        NetworkDefinition definition, NetworkWeights? initial, IRowSource train, IRowSource? validation,
        TrainingSettings settings, ITrainingObserver observer, CancellationToken token)
    {
        using IDisposable? memory = NativeMemory.Use(settings.ReuseNativeMemory);
        Device device = DeviceChoice.Make(settings.Device, settings.CudaDeviceIndex);
        int threads = TorchThreads.SetForThisThread(settings.Threads);
        observer.Info(device.type == DeviceType.CUDA
            ? string.Create(CultureInfo.InvariantCulture, $"Training on CUDA device {device.index}.")
            : string.Create(CultureInfo.InvariantCulture, $"Training on the CPU with {threads} threads."));
        using var loop = new TrainingLoop(definition, initial, settings, observer, device, token);
        return loop.Train(train, validation);
    }

    public void Dispose()
    {
        CallbackGradients.Release();
        _tally.Dispose();
        _optimizer.Dispose();
        _network.Dispose();
    }

    private TrainingOutcome Train(IRowSource train, IRowSource? validation)
    {
        // Who cancels before there are weights has none to keep.
        RowFeed rows = Open(train, "training", _settings.MemoryBudget,
            InputConstants.Meter(_settings.InputNormalization, _network.Definition));
        SingleRowBatch.Check(_network.Definition, rows.Summary.Rows, BatchSize(rows));
        _network.Parameters.Import(_initial ?? WeightInitializer.Create(
            _network.Definition, _settings.Seed, InputConstants.Of(_settings.InputNormalization, rows.Summary)));
        if (_settings.BatchSize > rows.Summary.Rows)
        {
            _observer.Warning(string.Create(CultureInfo.InvariantCulture,
                $"The batch size of {_settings.BatchSize} is larger than the {rows.Summary.Rows} training rows; " +
                $"each batch is all of them."));
        }
        try
        {
            using BatchBuffer buffer = Buffer(
                rows, rows.Summary.WeightsFor(_settings.ClassWeighting, _settings.ClassWeights),
                Augmenters.Create(_settings, _network));
            using Validation? measure = validation is null ? null : Measure(validation, rows);
            _epochs = _settings.Epochs ?? AutomaticEpochs.For(rows.Summary.Rows);
            long batches = (rows.Summary.Rows + BatchSize(rows) - 1) / BatchSize(rows);
            var schedule = new Schedule(
                _settings.Schedule, _settings.LearningRate, _settings.WarmupEpochs, _epochs, batches);

            for (int epoch = 1; epoch <= _epochs; epoch++)
            {
                long started = Stopwatch.GetTimestamp();
                if (!TrainEpoch(epoch, rows, buffer, schedule))
                {
                    return Diverged(epoch);
                }
                double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
                (double Accuracy, double Loss)? measured = measure?.Measure(_network, _token);
                _history.Add(Metrics(epoch, schedule, seconds, measured));
                Keep(epoch, measured);
                _observer.EpochFinished(_history[^1]);
            }
            return new(_kept!.Weights, _history, _kept.Epoch, Cancelled: false);
        }
        catch (OperationCanceledException) when (_settings.KeepBestOnCancellation)
        {
            KeptWeights best = _kept ?? new(_network.Parameters.Export(), Epoch: 0, Accuracy: null, Loss: null);
            return new(best.Weights, _history, best.Epoch, Cancelled: true);
        }
    }

    /// <summary>All rows once; false when the loss or the weights are no longer finite.</summary>
    private bool TrainEpoch(int epoch, RowFeed rows, BatchBuffer buffer, Schedule schedule)
    {
        using IRowReader reader = rows.Shuffled(_settings.Seed, epoch);
        _tally.Clear();
        for (int index = 1; ; index++)
        {
            _token.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            if (!buffer.TryRead(reader, out Batch batch, epoch, _tally.Rows))
            {
                return IsFinite() && _network.Parameters.AreFinite();
            }

            var pass = new ForwardPass
            {
                IsTraining = true,
                Seed = _settings.Seed,
                Epoch = epoch,
                FirstRow = _tally.Rows,
                Spikes = _tally.Spikes,
                ProductType = _settings.Precision == TrainingPrecision.BFloat16 ? ScalarType.BFloat16 : null,
            };
            Tensor logits = _network.Forward(batch.Features, pass); // [T, N, classes]
            Tensor classes = batch.Classes(_network.Definition.ClassCount, logits.dtype);
            Tensor loss = _loss.Compute(logits, classes, batch.Weights);
            loss.backward();
            if (_settings.GradientClipping is double maximumNorm)
            {
                GradientClipping.Apply(_network.Parameters.Trained, maximumNorm);
            }
            _optimizer.Step(schedule.At(_step++));
            CallbackGradients.Release();

            _tally.Add(loss.detach(), logits.detach().mean([0]), batch.Labels, batch.TotalWeight);
            bool isCheap = _device.type == DeviceType.CPU;
            if ((isCheap || index % BatchesBetweenChecks == 0) && !IsFinite())
            {
                return false;
            }
            _observer.BatchFinished(new(epoch, _epochs, _tally.Rows, rows.Summary.Rows));
        }
    }

    private bool IsFinite()
    {
        double loss = _tally.Loss;
        if (!double.IsFinite(loss))
        {
            return false;
        }
        _lastFiniteLoss = loss;
        return true;
    }

    private EpochMetrics Metrics(
        int epoch, Schedule schedule, double seconds, (double Accuracy, double Loss)? measured)
    {
        (IReadOnlyList<KeyValuePair<string, double>> byLayer, double mean) = _tally.Spikes.Rates();
        return new(epoch, _epochs, _tally.Loss, _tally.Accuracy, measured?.Accuracy, measured?.Loss,
            schedule.At(_step - 1), _tally.Rows / Math.Max(seconds, 1e-9), byLayer)
        {
            MeanFiringRate = mean,
        };
    }

    /// <summary>Keeps the epoch's weights if it is the best: higher accuracy, then lower loss. Without validation, always.</summary>
    private void Keep(int epoch, (double Accuracy, double Loss)? measured)
    {
        bool isBest = measured is not (double accuracy, double loss) || _kept is null
            || accuracy > _kept.Accuracy || (accuracy == _kept.Accuracy && loss < _kept.Loss);
        if (isBest)
        {
            _kept = new(_network.Parameters.Export(), epoch, measured?.Accuracy, measured?.Loss);
        }
    }

    private TrainingOutcome Diverged(int epoch)
    {
        string last = _lastFiniteLoss is double loss
            ? string.Create(CultureInfo.InvariantCulture, $"the last finite loss was {loss:G4}")
            : "it was never finite";
        string message = string.Create(CultureInfo.InvariantCulture,
            $"The training diverged in epoch {epoch}: the loss or the weights are no longer finite ({last}).");
        const string Advice = "Lower the learning rate or set a gradient clipping.";
        if (_kept is null)
        {
            throw new TrainingDivergedException($"{message} {Advice}");
        }
        _observer.Warning(string.Create(CultureInfo.InvariantCulture,
            $"{message} The weights of epoch {_kept.Epoch} are kept. {Advice}"));
        return new(_kept.Weights, _history, _kept.Epoch, Cancelled: false);
    }

    private Validation Measure(IRowSource validation, RowFeed train)
    {
        RowFeed rows = Open(validation, "validation", Math.Max(0, _settings.MemoryBudget - train.Bytes));
        return new(rows, Buffer(rows, classWeights: null), _device);
    }

    private RowFeed Open(IRowSource source, string name, long memoryBudget, ChannelMoments? channels = null) =>
        UsableRows.Open(source, name, _network.Definition, memoryBudget, _observer, _token, channels);

    private int BatchSize(RowFeed rows) => (int)Math.Min(_settings.BatchSize, rows.Summary.Rows);

    private BatchBuffer Buffer(RowFeed rows, float[]? classWeights, BatchAugmenter? augmenter = null) =>
        new(BatchSize(rows), rows.FeatureCount, classWeights, _device, augmenter);
}
