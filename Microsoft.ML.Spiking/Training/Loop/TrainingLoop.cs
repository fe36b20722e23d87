using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Augmentation;
using Microsoft.ML.Spiking.Training.Checkpoints;
using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Optimizers;
using Microsoft.ML.Spiking.Training.Ranks;
using Microsoft.ML.Spiking.Training.Replicas;
using Microsoft.ML.Spiking.Training.Torch;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Loop;

/// <summary>The training of a network, from the first pass over the rows to the weights that are kept.</summary>
internal sealed class TrainingLoop : IDisposable
{
    /// <summary>Batches between two checks of the loss on a device where a check has to wait.</summary>
    private const int BatchesBetweenChecks = 32;

    private readonly TrainingSettings _settings;
    private readonly ITrainingObserver _observer;
    private readonly CancellationToken _token; // cancelled by the next one too
    private readonly CancellationToken _usersToken;
    private readonly Device _device; // the first, where there are several
    private readonly NetworkDefinition _definition;
    private readonly NetworkWeights? _initial;
    private readonly CheckpointKeeper? _checkpoints;
    private readonly int _lastEpoch;
    private readonly ScalarType? _productType;
    private readonly TrainingState _state;
    private readonly IStepGroup _group;
    private readonly RoundedWeights? _rounded;
    private readonly Teaching? _teaching;
    private readonly StalledSolvers _stalled = new();
    private WeightMasks? _masks;
    private int _epochs;
    private bool _isSparse;

    private TrainingLoop(
        NetworkDefinition definition, NetworkWeights? initial, TrainingSettings settings, CheckpointKeeper? checkpoints,
        int lastEpoch, ITrainingObserver observer, IReadOnlyList<Device> devices, int threads,
        RankCancellation? rankCancellation, CancellationToken token, CancellationToken usersToken)
    {
        _settings = settings;
        _observer = observer;
        _token = token;
        _usersToken = usersToken;
        _device = devices[0];
        _definition = definition;
        _initial = initial;
        _checkpoints = checkpoints;
        _lastEpoch = lastEpoch;
        _productType = ProductType(settings.Precision, _device, observer);
        _state = new(definition, settings, _device);
        _teaching = settings.Teacher is { Teaches: true } teacher ? new(teacher, definition, _device) : null;
        _rounded = RoundedWeights.For(_productType, _device, _state.Network.Kernels);
        var loss = new Loss(settings.LossLambda, settings.LossTarget, settings.LabelSmoothing, settings.SpikePenalty,
            settings.LossOfMean == true)
        {
            Teaching = _teaching,
        };
        _group = rankCancellation is null ? new ReplicaSet(_state, settings, devices, threads, loss)
            : new RankSet(settings.Ranks!, _state, settings, loss, rankCancellation);
    }

    /// <summary>
    /// Trains on a separate thread and leaves the rest of the process as it was: torch's generator, its number of
    /// threads, its defaults. The same arguments give the same weights, regardless of what else runs.
    /// </summary>
    /// <param name="definition">The network.</param>
    /// <param name="initial">The weights to start from; null for new ones, drawn from the seed.</param>
    /// <param name="train">The rows to learn from.</param>
    /// <param name="validation">The rows that choose the best epoch; null to keep the last epoch's weights.</param>
    /// <param name="settings">Everything else.</param>
    /// <param name="observer">Receives messages and reports, on the training's thread.</param>
    /// <param name="token">Checked before each batch.</param>
    /// <param name="session">The session to train; null for the whole training.</param>
    /// <exception cref="InvalidOperationException">
    /// There are no rows, they do not fit the network, libtorch cannot be loaded, the device is not there, or the
    /// checkpoint folder cannot be used or holds another training.
    /// </exception>
    /// <exception cref="InsufficientMemoryException">
    /// There is not enough memory; the message says for what, and what to lower.
    /// </exception>
    /// <exception cref="TrainingDivergedException">The loss became infinite in the first epoch.</exception>
    /// <exception cref="OperationCanceledException">
    /// The token was cancelled, or the process is ending; not where the best weights are to be kept and training has
    /// begun.
    /// </exception>
    public static TrainingOutcome Run(
        NetworkDefinition definition, NetworkWeights? initial, IRowSource train, IRowSource? validation,
        TrainingSettings settings, ITrainingObserver observer, CancellationToken token,
        TrainingSession? session = null) =>
        TrainingThread.Run(() => RunHere(definition, initial, train, validation, settings, observer, token, session));

    /// <summary>
    /// Trains as <see cref="Run"/> does, on the calling thread, whose number of torch threads it changes.
    /// </summary>
    internal static TrainingOutcome RunHere(
        NetworkDefinition definition, NetworkWeights? initial, IRowSource train, IRowSource? validation,
        TrainingSettings settings, ITrainingObserver observer, CancellationToken token, TrainingSession? session = null)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(token, NativeWork.ProcessEnds);
        using IDisposable? memory = NativeMemory.Use(settings.ReuseNativeMemory);
        using RankCancellation? rankCancellation = settings.Ranks is null ? null : new(either.Token);
        settings = settings.Ranks is RankGroup ranks ? RankAgreement.Settle(ranks, settings) : settings;
        using IFoldedPlace? folder = settings.Ranks is not null
            ? RankCheckpoints.Open(settings.Ranks, settings.CheckpointFolder)
            : settings.CheckpointFolder is null ? null : CheckpointFolder.Open(settings.CheckpointFolder);
        ICheckpointPlace? place = session?.Checkpoints ?? folder;
        settings = session?.Interval is { } interval
            ? settings with { CheckpointEveryMinutes = interval.TotalMinutes } : settings;
        Checkpoint? found = place?.Read();
        settings = settings.IsSeedGiven || found is null ? settings : settings with { Seed = found.State.Seed };
        using CheckpointKeeper? checkpoints = place is null ? null : new(place, found, settings, observer);

        IReadOnlyList<Device> devices = DeviceChoice.Make(settings, observer);
        MemoryNeed.Check(definition, settings, devices[0]);
        int threads = TorchThreads.SetForTraining(settings.Threads, definition, settings.RowsPerReplica);
        DeviceChoice.Report(devices, definition, threads, observer);
        try
        {
            using IDisposable? products =
                TensorFloat32.Use(devices[0], settings.Precision == TrainingPrecision.TensorFloat32);
            using var loop = new TrainingLoop(
                definition, initial, settings, checkpoints, session?.LastEpoch ?? int.MaxValue, observer, devices,
                threads, rankCancellation, rankCancellation?.Agreed ?? either.Token, token);
            return loop.Train(train, validation);
        }
        catch (OperationCanceledException cancelled)
            when (cancelled.CancellationToken == (rankCancellation?.Agreed ?? either.Token))
        {
            throw token.IsCancellationRequested
                ? new OperationCanceledException(cancelled.Message, cancelled, token)
                : new OperationCanceledException(NativeWork.ProcessEnds.IsCancellationRequested
                    ? "The process is ending: the training was cancelled."
                    : "Another rank was cancelled, and with it the training.", cancelled, NativeWork.ProcessEnds);
        }
        catch (Exception fault) when (MemoryShortage.Explain(fault, definition, settings) is { } shortage)
        {
            throw shortage;
        }
    }

    public void Dispose()
    {
        _group.Dispose();
        _rounded?.Dispose();
        _teaching?.Dispose();
        _masks?.Dispose();
        _state.Dispose();
    }

    private static ScalarType? ProductType(TrainingPrecision precision, Device device, ITrainingObserver observer)
    {
        if (precision == TrainingPrecision.TensorFloat32 && device.type == DeviceType.CPU)
        {
            observer.Warning(
                $"{nameof(TrainingPrecision)}.{nameof(TrainingPrecision.TensorFloat32)} was asked for, but " +
                "the training runs on the CPU: the products of this training stay in float32.");
        }
        if (precision == TrainingPrecision.TensorFloat32 && device.type == DeviceType.CUDA)
        {
            return ScalarType.Float32; // with channels innermost, as cuDNN's products in TF32 have them
        }
        if (precision != TrainingPrecision.BFloat16)
        {
            return null;
        }
        if (BFloat16Products.AreFastOn(device))
        {
            return ScalarType.BFloat16;
        }
        observer.Warning($"{nameof(TrainingPrecision)}.{nameof(TrainingPrecision.BFloat16)} was asked for, but this " +
            "processor multiplies in bfloat16 several times more slowly than in float32: the products of this " +
            "training stay in float32.");
        return null;
    }

    private TrainingOutcome Train(IRowSource train, IRowSource? validation)
    {
        // A cancellation before there are weights always throws: there are none to keep.
        RowFeed rows = UsableRows.Open(train, "training", _definition, _settings.MemoryBudget, _observer, _token,
            InputConstants.Meter(_settings.InputNormalization, _definition));
        SingleRowBatch.Check(_definition, rows.Summary.Rows, BatchSize(rows));
        _isSparse = SparseTraining.Suits(rows, _definition, _settings, _device, _observer);
        _state.Network.Parameters.Import(_initial ?? WeightInitializer.Create(
            _definition, _settings.Seed, InputConstants.Of(_settings.InputNormalization, rows.Summary),
            _settings.Population));
        _masks = _settings.KeepsZeroWeights == true ? new(_state.Network.Parameters, _initial!) : null;
        if (_settings.BatchSize > rows.Summary.Rows)
        {
            _observer.Warning(string.Create(CultureInfo.InvariantCulture,
                $"The batch size of {_settings.BatchSize} is larger than the {rows.Summary.Rows} training rows; " +
                $"each batch is all of them."));
        }
        try
        {
            RowFeed? measured = validation is null ? null : UsableRows.Open(validation, "validation", _definition,
                Math.Max(0, _settings.MemoryBudget - rows.Bytes), _observer, _token);
            using Validation? measure = measured is null ? null
                : new(measured, Buffer(measured, null, isTraining: false), _device, _settings.Ranks);
            float[]? classWeights = rows.Summary.WeightsFor(_settings.ClassWeighting, _settings.ClassWeights);
            using var buffers = new BatchBuffers(_settings.LocalReplicas + 1, // one is filled meanwhile
                () => Buffer(rows, classWeights, isTraining: true, Augmenters.Create(_settings, _state.Network)));
            var length = new TrainingLength(_settings.Epochs ?? AutomaticEpochs.For(rows.Summary.Rows),
                rows.Summary.Rows, BatchSize(rows), _settings.GradientAccumulation * _settings.ReplicaCount);
            _epochs = length.Epochs;
            var schedule = new Schedule(
                _settings.Schedule, _settings.LearningRate, _settings.WarmupEpochs, _epochs, length.Steps);
            var firing = new FiringWatch(_definition, rows.Summary.ClassRows, _observer);
            var stopping = new EarlyStopping(_settings.EarlyStoppingPatience);
            if (_checkpoints is not null || _settings.Ranks is not null)
            {
                TrainingIdentity identity = TrainingIdentity.Of(_definition, _initial, rows, measured, _settings);
                Begin(identity with { TakesSparseRows = _isSparse ? true : null }, length);
            }
            (_group as RankSet)?.Expect(rows.Summary.Rows);
            if (_state is { Epoch: 1, Batches: 0 })
            {
                UsableRows.Warn(rows.Summary, _definition, _observer);
            }
            int resumed = _state.History.Count;
            _group.Follow();

            while (_state.Epoch <= Math.Min(_epochs, _lastEpoch))
            {
                if (stopping.IsDue(_state.Epoch - 1, _state.Kept))
                {
                    _observer.Info(string.Create(CultureInfo.InvariantCulture,
                        $"No epoch was better than epoch {_state.Kept!.Epoch}: the training stops after epoch " +
                        $"{_state.Epoch - 1}."));
                    break;
                }
                if (!TrainEpoch(rows, buffers, schedule))
                {
                    return Divergence.Outcome(_state, _observer);
                }
                _group.FinishEpoch(_observer);
                _state.FinishEpoch(Metrics(schedule, measure?.Measure(_state.Network, _token)));
                NativeWork.CallOutside(() => _observer.EpochFinished(_state.History[^1]));
                firing.EpochFinished(_state.History);
                _checkpoints?.EpochFinished(_state);
            }
            KeptWeights kept = _state.Kept ?? Unkept();
            bool isResting = _state.Epoch <= _epochs && !stopping.IsDue(_state.Epoch - 1, _state.Kept);
            if (!isResting && _state.History.Count > resumed)
            {
                firing.TrainingFinished(_state.History[kept.Epoch - 1]);
            }
            return new(kept.Weights, _state.History, kept.Epoch, Cancelled: false) { IsResting = isResting };
        }
        catch (OperationCanceledException exception) when (IsCancellation(exception))
        {
            _checkpoints?.Cancelled(_state);
            if (!_settings.KeepBestOnCancellation)
            {
                throw;
            }
            KeptWeights best = _state.Kept ?? Unkept();
            return new(best.Weights, _state.History, best.Epoch, Cancelled: true);
        }
    }

    /// <summary>
    /// Agrees with the other ranks, if there are some, and resumes from a checkpoint, if there is one.
    /// </summary>
    private void Begin(TrainingIdentity identity, TrainingLength length)
    {
        if (_settings.Ranks is RankGroup ranks)
        {
            RankAgreement.Check(ranks, identity);
        }
        _checkpoints?.Resume(identity, _state, length);
    }

    // A callback of the user may throw the same exception for its own reasons.
    private bool IsCancellation(OperationCanceledException exception) =>
        (_token.IsCancellationRequested
            && (exception.CancellationToken == _token || exception.CancellationToken == _usersToken))
        || _observer.IsCancelled;

    /// <summary>Trains on the rest of an epoch; false where the loss or the weights are no longer finite.</summary>
    private bool TrainEpoch(RowFeed rows, BatchBuffers buffers, Schedule schedule)
    {
        long started = Stopwatch.GetTimestamp();
        double before = _state.Seconds;
        EpochTally tally = _state.Tally;
        using PreparedBatches batches = _group.Open(
            rows.Shuffled(_settings.Seed, _state.Epoch), buffers.All, BatchSize(rows), _token);
        while (true)
        {
            _token.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            var pass = new ForwardPass
            {
                IsTraining = true,
                Seed = _settings.Seed,
                Epoch = _state.Epoch,
                FirstRow = tally.Rows,
                Spikes = tally.Spikes,
                // Values that are computed twice are not kept until the batch ends.
                Buffers = _settings.ReuseNativeMemory && !_settings.ActivationCheckpointing ? _state.Buffers : null,
                ProductType = _productType,
                KeepsProductType = _rounded is not null,
                Rounded = _rounded,
                Stalled = _stalled.Add,
            };
            int trained = _group.TrainNext(batches, pass, tally);
            _stalled.Warn(_observer);
            if (trained == 0)
            {
                break;
            }
            if (_state.Gradients.IsComplete)
            {
                Step(schedule);
            }
            long batchesBefore = _state.Batches;
            _state.Batches += trained;
            _state.Seconds = before + Stopwatch.GetElapsedTime(started).TotalSeconds;
            bool isDue = _device.type == DeviceType.CPU
                || _state.Batches / BatchesBetweenChecks > batchesBefore / BatchesBetweenChecks;
            if (isDue && !_state.IsFinite())
            {
                return false;
            }
            var progress = new BatchProgress
            {
                Epoch = _state.Epoch,
                Epochs = _epochs,
                Rows = tally.Rows,
                TotalRows = rows.Summary.Rows,
            };
            NativeWork.CallOutside(() => _observer.BatchFinished(progress));
            if (_state.Gradients.IsEmpty)
            {
                _checkpoints?.StepFinished(_state);
            }
        }
        if (!_state.Gradients.IsEmpty)
        {
            Step(schedule);
        }
        _state.WaitingSeconds += batches.Waited.TotalSeconds;
        return _state.IsFinite() && _state.Network.Parameters.AreFinite();
    }

    /// <summary>Makes a step of the optimizer from the gradients of a group of batches.</summary>
    private void Step(Schedule schedule)
    {
        _state.Gradients.Finish();
        foreach (string frozen in _settings.FrozenArrays ?? [])
        {
            _state.Network.Parameters[frozen].grad = null; // the optimizer leaves it as it is
        }
        _masks?.ApplyToGradients();
        _state.Optimizer.Step(schedule.At(_state.Optimizer.Steps));
        _masks?.ApplyToWeights();
        _rounded?.Refresh();
        _group.Follow();
    }

    /// <summary>Returns the weights of a training that has not finished an epoch.</summary>
    private KeptWeights Unkept() => new(_state.Network.Parameters.Export(), Epoch: 0, Accuracy: null, Loss: null);

    private EpochMetrics Metrics(Schedule schedule, ValidationResult? measured)
    {
        EpochTally tally = _state.Tally;
        (IReadOnlyList<KeyValuePair<string, double>> byLayer, double mean) = tally.Spikes.Rates();
        return new()
        {
            Epoch = _state.Epoch,
            Epochs = _epochs,
            Loss = tally.Loss,
            Accuracy = tally.Accuracy,
            ValidationAccuracy = measured?.Accuracy,
            ValidationMacroAccuracy = measured?.MacroAccuracy,
            ValidationLoss = measured?.Loss,
            LearningRate = schedule.At(_state.Optimizer.Steps - 1),
            RowsPerSecond = tally.Rows / Math.Max(_state.Seconds, 1e-9),
            FiringRates = byLayer,
            MeanFiringRate = mean,
            WaitingShare = _state.WaitingSeconds / Math.Max(_state.Seconds, 1e-9),
        };
    }

    /// <summary>Returns the rows of a full batch of one device.</summary>
    private int BatchSize(RowFeed rows) => (int)Math.Min(_settings.RowsPerReplica, rows.Summary.Rows);

    private BatchBuffer Buffer(RowFeed rows, float[]? weights, bool isTraining, BatchAugmenter? augmenter = null) =>
        new(BatchSize(rows), rows.FeatureCount, weights, _device, augmenter, _isSparse,
            fixedLayers: FixedLayers.RunAhead(_definition, _settings, _device.type)
                ? new(_definition, _state.Network.Parameters.Export(), _settings.Seed, isTraining) : null);
}
