using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Training.Checkpoints;
using Microsoft.ML.Spiking.Training.Optimizers;
using Microsoft.ML.Spiking.Training.Torch;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Loop;

/// <summary>Everything that changes while a network is trained: the content of a checkpoint.</summary>
internal sealed class TrainingState : IDisposable
{
    internal const string WeightsPrefix = "weights/";
    internal const string BestPrefix = "best/";
    internal const string GradientPrefix = "gradient/";
    internal const string SecondMomentsPrefix = OptimizerPrefix + AdamW.SecondMoments + "/";

    private const string OptimizerPrefix = "optimizer/";

    private readonly int _seed;
    private readonly ValidationMetric _metric;

    public TrainingState(NetworkDefinition definition, TrainingSettings settings, Device device)
    {
        _seed = settings.Seed;
        _metric = settings.ValidationMetric;
        Network = new(definition, device, activationCheckpointing: settings.ActivationCheckpointing,
            gradientHorizon: settings.GradientHorizon, sparse: SparseTraining.LayersOf(definition, settings, device));
        Optimizer = Optimizer.Create(settings, Network.Parameters.Trained, Network.Kernels);
        Optimizer.Columns = Network.Columns;
        Gradients = new(Network.Parameters.Trained, settings.GradientAccumulation * settings.ReplicaCount);
        Tally = new(device);
    }

    public TorchNetwork Network { get; }

    public Optimizer Optimizer { get; }

    /// <summary>Gets the gradients of the batches since the last step.</summary>
    public GradientAccumulation Gradients { get; }

    /// <summary>Gets the memory of a batch's activations.</summary>
    public ActivationBuffers Buffers { get; } = new();

    /// <summary>Gets the sums of the epoch under way.</summary>
    public EpochTally Tally { get; }

    /// <summary>Gets the epochs that have ended.</summary>
    public List<EpochMetrics> History { get; } = [];

    /// <summary>Gets the best weights so far; null before the first epoch has ended.</summary>
    public KeptWeights? Kept { get; private set; }

    /// <summary>Gets the epoch under way, from 1.</summary>
    public int Epoch { get; private set; } = 1;

    /// <summary>Gets the number of that epoch's batches that are done.</summary>
    public long Batches { get; set; }

    /// <summary>Gets or sets the seconds of training in that epoch.</summary>
    public double Seconds { get; set; }

    /// <summary>
    /// Gets or sets the part of them spent waiting for rows, since the training began or was resumed.
    /// </summary>
    public double WaitingSeconds { get; set; }

    /// <summary>Gets the last finite mean loss; null if there was none.</summary>
    public double? LastFiniteLoss { get; private set; }

    /// <summary>Returns whether the epoch's loss is finite. Waits for the device.</summary>
    public bool IsFinite()
    {
        double loss = Tally.Loss;
        if (!double.IsFinite(loss))
        {
            return false;
        }
        LastFiniteLoss = loss;
        return true;
    }

    /// <summary>Ends the epoch and keeps its weights if it is the best; without validation rows, always.</summary>
    public void FinishEpoch(EpochMetrics metrics)
    {
        History.Add(metrics);
        if (Kept is null || Kept.IsWorseThan(metrics, _metric))
        {
            Keep(Network.Parameters.Export(), metrics);
        }
        Epoch++;
        Batches = 0;
        Seconds = 0;
        WaitingSeconds = 0;
        Tally.Clear();
    }

    /// <summary>Returns a copy of the state; to be called between two batches.</summary>
    public Checkpoint Save(TrainingIdentity identity)
    {
        IEnumerable<WeightArray> arrays = Renamed(WeightsPrefix, Network.Parameters.Export()).Concat(OptimizerArrays());
        bool isBest = Batches == 0 && Kept?.Epoch == Epoch - 1;
        if (Kept is not null && !isBest)
        {
            arrays = arrays.Concat(Renamed(BestPrefix, Kept.Weights));
        }
        if (!Gradients.IsEmpty)
        {
            arrays = arrays.Concat(GradientArrays());
        }
        return new(
            new()
            {
                Identity = identity,
                Seed = _seed,
                Epoch = Epoch,
                Batches = Batches,
                Seconds = Seconds,
                Steps = Optimizer.Steps,
                Pending = Gradients.Pending,
                Tally = Tally.Save(),
                History = [.. History.Select(EpochRecord.Of)],
                BestEpoch = Kept?.Epoch,
                LastFiniteLoss = LastFiniteLoss,
            },
            [.. arrays]);
    }

    /// <summary>Continues from a checkpoint.</summary>
    /// <param name="checkpoint">Has passed <see cref="CheckpointCheck"/>.</param>
    public void Restore(Checkpoint checkpoint)
    {
        CheckpointState state = checkpoint.State;
        Dictionary<string, WeightArray> arrays =
            checkpoint.Arrays.ToDictionary(array => array.Name, StringComparer.Ordinal);
        Network.Parameters.Import(Weights(WeightsPrefix, arrays));
        foreach ((string name, Tensor buffer) in OptimizerBuffers())
        {
            TensorCopy.Fill(buffer, arrays[name].Values.Span);
        }
        RestoreGradients(state.Pending, arrays);
        Optimizer.Steps = state.Steps;
        Epoch = state.Epoch;
        Batches = state.Batches;
        Seconds = state.Seconds;
        Tally.Restore(state.Tally);
        History.AddRange(state.History.Select(epoch => epoch.ToMetrics()));
        LastFiniteLoss = state.LastFiniteLoss;
        if (state.BestEpoch is int best)
        {
            bool isStored = arrays.Keys.Any(name => name.StartsWith(BestPrefix, StringComparison.Ordinal));
            Keep(Weights(isStored ? BestPrefix : WeightsPrefix, arrays), History[best - 1]);
        }
    }

    public void Dispose()
    {
        Tally.Dispose();
        Buffers.Dispose();
        Optimizer.Dispose();
        Network.Dispose();
    }

    /// <summary>Returns the names and shapes of the optimizer's arrays in a checkpoint.</summary>
    public IEnumerable<KeyValuePair<string, long[]>> OptimizerShapes() =>
        OptimizerBuffers().Select(buffer => KeyValuePair.Create(buffer.Name, buffer.Values.shape));

    private void Keep(NetworkWeights weights, EpochMetrics metrics) =>
        Kept = new(weights, metrics.Epoch, metrics.ValidationAccuracy, metrics.ValidationLoss)
        {
            MacroAccuracy = metrics.ValidationMacroAccuracy,
        };

    private IEnumerable<WeightArray> OptimizerArrays() =>
        OptimizerBuffers().Select(buffer => Copy(buffer.Name, buffer.Values));

    private IEnumerable<WeightArray> GradientArrays()
    {
        foreach ((string name, Tensor parameter) in TrainedNames().Zip(Network.Parameters.Trained))
        {
            using Tensor? gradient = parameter.grad;
            if (gradient is not null)
            {
                yield return Copy(GradientPrefix + name, gradient);
            }
        }
    }

    private void RestoreGradients(PendingGradients? pending, Dictionary<string, WeightArray> arrays)
    {
        foreach ((string name, Tensor parameter) in TrainedNames().Zip(Network.Parameters.Trained))
        {
            if (arrays.TryGetValue(GradientPrefix + name, out WeightArray? array))
            {
                using Tensor gradient = zeros_like(parameter, requires_grad: false);
                TensorCopy.Fill(gradient, array.Values.Span);
                parameter.grad = gradient;
            }
        }
        Gradients.Restore(pending);
    }

    private static WeightArray Copy(string name, Tensor values) =>
        new(name, [.. values.shape.Select(length => (int)length)], TensorCopy.ToArray(values));

    /// <summary>"optimizer/momentum/fc1.weight" and so on.</summary>
    private IEnumerable<(string Name, Tensor Values)> OptimizerBuffers()
    {
        string[] names = [.. TrainedNames()];
        return Optimizer.Memory.SelectMany(memory => memory.Value.Select(
            (buffer, i) => ($"{OptimizerPrefix}{memory.Key}/{names[i]}", buffer)));
    }

    private IEnumerable<string> TrainedNames() =>
        Network.Definition.Parameters.Where(spec => spec.Role != ParameterRole.Buffer).Select(spec => spec.Name);

    private static IEnumerable<WeightArray> Renamed(string prefix, NetworkWeights weights) =>
        weights.Select(array => array.Named(prefix + array.Name));

    private NetworkWeights Weights(string prefix, Dictionary<string, WeightArray> arrays) =>
        new(Network.Definition,
            Network.Definition.Parameters.Select(spec => arrays[prefix + spec.Name].Named(spec.Name)));
}
