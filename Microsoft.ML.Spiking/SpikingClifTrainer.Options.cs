using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Neurons;
using Microsoft.ML.Spiking.Training;

namespace Microsoft.ML.Spiking;

public sealed partial class SpikingClifTrainer
{
    /// <summary>
    /// Everything that <see cref="SpikingClifTrainer"/> can be told. The trainer copies the options when it is created:
    /// changing them afterwards has no effect on it.
    /// </summary>
    public sealed class Options
    {
        /// <summary>The label: a key column of type <see cref="uint"/> whose number of keys is known. Default "Label".</summary>
        public string LabelColumnName { get; set; } = DefaultColumnNames.Label;

        /// <summary>The features: a vector of <see cref="float"/> of known size, dense or sparse. Default "Features".</summary>
        public string FeatureColumnName { get; set; } = DefaultColumnNames.Features;

        /// <summary>How much each row counts in the loss: a column of <see cref="float"/>; null (the default) for all alike.</summary>
        public string? ExampleWeightColumnName { get; set; }

        /// <summary>The column that will hold the predicted class, a key. Default "PredictedLabel".</summary>
        public string PredictedLabelColumnName { get; set; } = DefaultColumnNames.PredictedLabel;

        /// <summary>The column that will hold the probability of each class, in the order of the keys. Default "Score".</summary>
        public string ScoreColumnName { get; set; } = DefaultColumnNames.Score;

        /// <summary>The network's plan. Default: an <see cref="Mlp"/>.</summary>
        public NetworkTemplate Network { get; set; } = new Mlp(Defaults.HiddenSizes);

        /// <summary>
        /// The neuron of every hidden layer: <see cref="ClifNeuron"/> (the default), <see cref="LifNeuron"/>,
        /// <see cref="PlifNeuron"/>, <see cref="KlifNeuron"/>, <see cref="IfNeuron"/>; or <see cref="ReluNeuron"/>, the
        /// baseline that does not spike, which needs <see cref="TimeSteps"/> 1.
        /// </summary>
        public NeuronDefinition Neuron { get; set; } = new ClifNeuron();

        /// <summary>
        /// Whether the network's first layer divides the features by their root mean square over the training rows, one
        /// number for all features: pixels from 0 to 255, pixels from 0 to 1 and text vectors of length 1 then excite the
        /// network alike, and zeros stay zeros. Features of different units still need a normalization of their own.
        /// Default <see langword="true"/>.
        /// </summary>
        public bool ScaleInput { get; set; } = true;

        /// <summary>Number of time steps T, from 1 to 1,000. Time and memory grow with it. Default 6.</summary>
        public int TimeSteps { get; set; } = Defaults.TimeSteps;

        /// <summary>Passes over the training rows, from 1 to 100,000. Default 30.</summary>
        public int Epochs { get; set; } = Defaults.Epochs;

        /// <summary>Rows in a step of the optimizer, from 1 to 65,536. Default 64.</summary>
        public int BatchSize { get; set; } = Defaults.BatchSize;

        /// <summary>The highest learning rate, greater than 0, at most 100. Default 0.001.</summary>
        public double LearningRate { get; set; } = Defaults.LearningRate;

        /// <summary>Momentum of <see cref="OptimizerKind.Sgd"/>, from 0 up to, but not including, 1. Default 0.9.</summary>
        public double Momentum { get; set; } = 0.9;

        /// <summary>Weight decay of all parameters, biases and neurons' included, from 0 to 1. Default 0.0001.</summary>
        public double WeightDecay { get; set; } = 1e-4;

        /// <summary>The optimizer. Default <see cref="OptimizerKind.AdamW"/>.</summary>
        public OptimizerKind Optimizer { get; set; } = OptimizerKind.AdamW;

        /// <summary>How the learning rate changes. Default <see cref="LearningRateSchedule.Cosine"/>.</summary>
        public LearningRateSchedule Schedule { get; set; } = LearningRateSchedule.Cosine;

        /// <summary>Epochs over which the learning rate rises from 0, fractions allowed, from 0 to <see cref="Epochs"/>. Default 0.</summary>
        public double WarmupEpochs { get; set; }

        /// <summary>How much each class counts in the loss. Default <see cref="ClassWeighting.None"/>.</summary>
        public ClassWeighting ClassWeighting { get; set; } = ClassWeighting.None;

        /// <summary>
        /// With <see cref="ClassWeighting.Given"/>: one finite weight greater than 0 for each class, in the order of the
        /// keys. Else null, the default.
        /// </summary>
        public IReadOnlyList<float>? ClassWeights { get; set; }

        /// <summary>The part of the target that is spread over all classes, from 0 up to, but not including, 1. Default 0.</summary>
        public double LabelSmoothing { get; set; }

        /// <summary>
        /// The share of the mean squared error in the loss, from 0 to 1; the rest is the cross entropy. Default 0.05, as
        /// in the CLIF authors' code.
        /// </summary>
        public double LossLambda { get; set; } = 0.05;

        /// <summary>What the mean squared error pulls the logits towards. Default <see cref="LossTarget.Constant"/>.</summary>
        public LossTarget LossTarget { get; set; } = LossTarget.Constant;

        /// <summary>The part of the hidden values that is dropped in training, from 0 up to, but not including, 1. Default 0.</summary>
        public double Dropout { get; set; }

        /// <summary>The largest norm of the gradient of all parameters together, greater than 0; null (the default) for no limit.</summary>
        public double? GradientClipping { get; set; }

        /// <summary>
        /// The seed of initial weights, shuffling and dropout; null (the default) for that of the
        /// <see cref="MLContext"/>, and for a random one where it has none.
        /// </summary>
        public int? Seed { get; set; }

        /// <summary>Where the network is trained. Default <see cref="ComputeDevice.Auto"/>.</summary>
        public ComputeDevice Device { get; set; } = ComputeDevice.Auto;

        /// <summary>Which CUDA device, from 0. Default 0.</summary>
        public int CudaDeviceIndex { get; set; }

        /// <summary>Processor threads of the training, from 1 to 1,024; null (the default) for all processors.</summary>
        public int? NumberOfThreads { get; set; }

        /// <summary>
        /// Bytes of features that are kept in memory, greater than 0; null (the default) for a quarter of the machine's
        /// memory. What does not fit is read again every epoch.
        /// </summary>
        public long? MemoryBudget { get; set; }

        /// <summary>
        /// Whether the native memory of a training on Linux is arranged for its buffers, which otherwise cost up to half of
        /// its time: large ones in huge pages where the system has them, small ones kept when they are freed, until the
        /// last training of the process has ended; what is free is then given back. Huge pages are decided on by the first
        /// training of the process; the variable THP_MEM_ALLOC_ENABLE overrules them (1 or 0). After that glibc's thresholds
        /// for large buffers stay at fixed values. No effect on other systems. Default <see langword="true"/>.
        /// </summary>
        public bool ReuseNativeMemory { get; set; } = true;

        /// <summary>
        /// Called after every epoch, on the training's own thread. What it throws stops the training and reaches the
        /// caller of Fit.
        /// </summary>
        public Action<EpochMetrics>? MetricsCallback { get; set; }

        /// <summary>
        /// Called after every batch, on the training's own thread: for progress bars; keep it short. What it throws stops
        /// the training and reaches the caller of Fit.
        /// </summary>
        public Action<BatchProgress>? ProgressCallback { get; set; }

        /// <summary>Stops the training between two batches; Fit then throws <see cref="OperationCanceledException"/>.</summary>
        public CancellationToken CancellationToken { get; set; }

        /// <summary>
        /// Whether a training that was stopped by <see cref="CancellationToken"/> after its first epoch gives the best
        /// model so far instead of throwing. Default <see langword="false"/>.
        /// </summary>
        public bool KeepBestOnCancellation { get; set; }

        /// <summary>Checks every value.</summary>
        /// <exception cref="ArgumentException">At least one value is out of its range; the message lists all of them.</exception>
        public void Validate()
        {
            string[] faults = [.. OptionsValidation.Faults(this)];
            if (faults.Length > 0)
            {
                throw new ArgumentException(faults.Length == 1
                    ? $"The options of {nameof(SpikingCatalog.SpikingClif)} have a fault: {faults[0]}"
                    : $"The options of {nameof(SpikingCatalog.SpikingClif)} have {faults.Length} faults: " +
                        string.Join(" ", faults.Select((fault, i) => $"({i + 1}) {fault}")));
            }
        }

        internal Options Copy()
        {
            var copy = (Options)MemberwiseClone();
            copy.ClassWeights = ClassWeights is null ? null : [.. ClassWeights];
            return copy;
        }
    }

    /// <summary>The defaults that the catalog's short overload shares with <see cref="Options"/>.</summary>
    internal static class Defaults
    {
        public const int TimeSteps = 6;
        public const int Epochs = 30;
        public const int BatchSize = 64;
        public const double LearningRate = 0.001;
        public static readonly IReadOnlyList<int> HiddenSizes = [512, 512];
    }
}
