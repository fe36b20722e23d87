using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Networks;

namespace Microsoft.ML.Spiking;

public sealed partial class SpikingClifTrainer
{
    /// <summary>
    /// Everything that <see cref="SpikingClifTrainer"/> can be told. The trainer copies the options when it is created:
    /// changing them afterwards has no effect on it.
    /// </summary>
    public sealed partial class Options
    {
        private InputEncoder? _encoder;
        private ValidationMetric? _validationMetric;

        /// <summary>
        /// Gets or sets the label: a key column of type <see cref="uint"/> whose number of keys is known. Default
        /// "Label".
        /// </summary>
        public string LabelColumnName { get; set; } = DefaultColumnNames.Label;

        /// <summary>
        /// Gets or sets the features: a vector of <see cref="float"/> of known size, dense or sparse. Default
        /// "Features".
        /// </summary>
        public string FeatureColumnName { get; set; } = DefaultColumnNames.Features;

        /// <summary>
        /// Gets or sets how much each row counts in the loss, also that of validation rows, and in calibration: a
        /// column of <see cref="float"/>; null (the default) for all alike.
        /// </summary>
        public string? ExampleWeightColumnName { get; set; }

        /// <summary>
        /// Gets or sets the column that will hold the predicted class, a key. Default "PredictedLabel".
        /// </summary>
        public string PredictedLabelColumnName { get; set; } = DefaultColumnNames.PredictedLabel;

        /// <summary>
        /// Gets or sets the column that will hold the probability of each class, in the order of the keys. Default
        /// "Score".
        /// </summary>
        public string ScoreColumnName { get; set; } = DefaultColumnNames.Score;

        /// <summary>
        /// Gets or sets the shape of a row where the feature column does not have it: [channels, height, width] for
        /// images, [time steps, features] for series and [time steps, channels, height, width] for frames, which bring
        /// their own time steps, or [features] for vectors. One to four lengths, each at least 1, whose product is the
        /// number of features. Null (the default) for the column's own dimensions: two are taken as [time steps,
        /// features], with a warning, unless there is a single time step. Where <see cref="PixelOrder"/> says that the
        /// channels come last, they do here too: [height, width, channels].
        /// </summary>
        public IReadOnlyList<int>? InputShape { get; set; }

        /// <summary>
        /// Gets or sets in which order a row has the values of an image: <see cref="PixelOrder.Planar"/>, [channels,
        /// height, width], or <see cref="PixelOrder.Interleaved"/>, [height, width, channels], as ExtractPixels with
        /// interleavePixelColors gives them. Null (the default) is planar, but a shape of more than four channels, the
        /// width at most four, is refused then, because it may be the other. The order is saved with the model. Of a
        /// flat vector nothing but this option tells it.
        /// </summary>
        public PixelOrder? PixelOrder { get; set; }

        /// <summary>
        /// Gets or sets the network's plan: an <see cref="Mlp"/> (the default), a <see cref="ConvNet"/>,
        /// <see cref="SpikingVgg"/>, <see cref="SpikingResNet"/>, <see cref="VggSnn"/> or <see cref="Snn5"/> for
        /// images, or one of your own from a <see cref="NetworkBuilder"/>. The default is two layers of 512; for
        /// tables with receptive fields (see <see cref="Encoder"/>) whose <see cref="Epochs"/> are null it is one layer
        /// of 512, and of 256 with leaves of trees.
        /// </summary>
        public NetworkTemplate Network
        {
            get;
            set => (field, Chosen) = (value, Chosen | TableOptions.Network);
        } = new Mlp(Defaults.HiddenSizes);

        /// <summary>
        /// Gets or sets the neuron of every hidden layer: <see cref="ClifNeuron"/> (the default),
        /// <see cref="LifNeuron"/>, <see cref="PlifNeuron"/>, <see cref="KlifNeuron"/>, <see cref="IfNeuron"/>,
        /// <see cref="BurstNeuron"/>; or <see cref="ReluNeuron"/>, the baseline that does not spike, which needs
        /// <see cref="TimeSteps"/> 1, as <see cref="FirstSpikeNeuron"/> does.
        /// </summary>
        public NeuronDefinition Neuron { get; set; } = new ClifNeuron();

        /// <summary>
        /// Gets or sets how the features become the current of every time step: <see cref="DirectEncoder"/> (the
        /// default), which alone is possible where rows bring their own time steps, <see cref="PopulationEncoder"/>,
        /// <see cref="PoissonEncoder"/> or <see cref="LatencyEncoder"/>. As long as it is not set, an <see cref="Mlp"/>
        /// whose <see cref="Epochs"/> are null gets a <see cref="PopulationEncoder"/> for vectors of at most 512
        /// features, as tables have: of eight fields; of 16 for more than 8,000 rows without leaves, unless those make
        /// more than 2,048 values; and none if eight do. It has the leaves of 32 trees of each class too (64 for more
        /// than 8,000 rows, but at most 128 in all), where trees predict the rows that are held out, or those of
        /// validation, better than the features do one by one; see docs/tables.md. To prevent that, set it.
        /// </summary>
        public InputEncoder Encoder
        {
            get => IsEncoderChosen ? _encoder! : new DirectEncoder();
            set
            {
                _encoder = value;
                IsEncoderChosen = true;
            }
        }

        /// <summary>Whether the encoder was set; if not, tables get population coding.</summary>
        internal bool IsEncoderChosen { get; private set; }

        /// <summary>
        /// Gets or sets what the network's first layer does to the features, with constants that are saved with the
        /// model: <see cref="FeatureNormalization"/> (the default) standardizes the features of vectors one by one and
        /// divides images by one number, <see cref="RootMeanSquareNormalization"/> divides all features by one number,
        /// <see cref="ChannelNormalization"/> brings each channel to mean 0 and deviation 1, and null is no such layer.
        /// An encoder that makes spikes of the features is not preceded by it.
        /// </summary>
        public InputNormalization? InputNormalization { get; set; } = new FeatureNormalization();

        /// <summary>
        /// Gets or sets how training rows, and they alone, are changed at random each time they are learned from; null
        /// (the default) for not at all.
        /// </summary>
        public ImageAugmentation? Augmentation { get; set; }

        /// <summary>
        /// Gets or sets over what batch normalizations take their statistics in training. Default
        /// <see cref="BatchNormMode.PerTimeStep"/>, as in the CLIF authors' code.
        /// </summary>
        public BatchNormMode BatchNorm { get; set; } = BatchNormMode.PerTimeStep;

        /// <summary>
        /// Gets or sets the number of passes over the training rows, from 1 to 100,000. Null (the default) for as many
        /// as see about 250,000 rows, but at least 10 and at most 100. Where rows of vectors are held out
        /// (<see cref="ValidationFraction"/>), null is at most as many as make 2,000 steps of the optimizer, but at
        /// least 15 and at most 60, and the training ends when a fifth of them, but at least six, brought no better
        /// one. For tables with receptive fields (see <see cref="Encoder"/>) it is at most as many as see about 60,000
        /// rows, but from 17 to 60, and five; of more than 8,000 rows as see 400,000, but from 15 to 30, and six.
        /// </summary>
        public int? Epochs { get; set; }

        /// <summary>
        /// Gets or sets the number of rows in a step of the optimizer, from 1 to 65,536. Default 64, and 128 for tables
        /// with receptive fields (see <see cref="Encoder"/>) whose <see cref="Epochs"/> are null.
        /// </summary>
        public int BatchSize
        {
            get;
            set => (field, Chosen) = (value, Chosen | TableOptions.BatchSize);
        } = Defaults.BatchSize;

        /// <summary>
        /// Gets or sets the highest learning rate, greater than 0, at most 100. Default 0.002. For tables
        /// with receptive fields (see <see cref="Encoder"/>) whose <see cref="Epochs"/> are null it is 0.003; with
        /// leaves of trees 0.002, and 0.001 for more than 8,000 rows.
        /// </summary>
        public double LearningRate
        {
            get;
            set => (field, Chosen) = (value, Chosen | TableOptions.LearningRate);
        } = Defaults.LearningRate;

        /// <summary>
        /// Gets or sets the momentum of <see cref="OptimizerKind.Sgd"/>, from 0 up to, but not including, 1. Default
        /// 0.9.
        /// </summary>
        public double Momentum { get; set; } = Defaults.Momentum;

        /// <summary>
        /// Gets or sets the weight decay of all parameters, biases and neurons' included, from 0 to 1. Default 0.0001.
        /// </summary>
        public double WeightDecay { get; set; } = Defaults.WeightDecay;

        /// <summary>Gets or sets the optimizer. Default <see cref="OptimizerKind.AdamW"/>.</summary>
        public OptimizerKind Optimizer { get; set; } = OptimizerKind.AdamW;

        /// <summary>
        /// Gets or sets how the learning rate changes. Default <see cref="LearningRateSchedule.Cosine"/>.
        /// </summary>
        public LearningRateSchedule Schedule { get; set; } = LearningRateSchedule.Cosine;

        /// <summary>
        /// Gets or sets the number of epochs over which the learning rate rises from 0, fractions allowed, from 0 to
        /// <see cref="Epochs"/> (to 10 where that is null). Default 0.
        /// </summary>
        public double WarmupEpochs { get; set; }

        /// <summary>
        /// Gets or sets how much each class counts in the loss. Default <see cref="ClassWeighting.None"/>.
        /// </summary>
        public ClassWeighting ClassWeighting { get; set; } = ClassWeighting.None;

        /// <summary>
        /// Gets or sets the classes' weights, with <see cref="ClassWeighting.Given"/>: one finite weight greater than 0
        /// for each class, in the order of the keys. Else null, the default.
        /// </summary>
        public IReadOnlyList<float>? ClassWeights { get; set; }

        /// <summary>
        /// Gets or sets the part of the target that is spread over all classes, from 0 up to, but not including, 1.
        /// Default 0.
        /// </summary>
        public double LabelSmoothing { get; set; }

        /// <summary>
        /// Gets or sets the share of the mean squared error in the loss, from 0 to 1; the rest is the cross entropy.
        /// Default 0.05, as in the CLIF authors' code. As long as neither this nor <see cref="LossTarget"/> is set,
        /// tables of more than 8,000 rows with receptive fields (see <see cref="Encoder"/>) whose
        /// <see cref="Epochs"/> are null have 0.01, and their loss is that of the logits' mean over the time steps
        /// instead of each step's.
        /// </summary>
        public double LossLambda
        {
            get;
            set => (field, Chosen) = (value, Chosen | TableOptions.Loss);
        } = 0.05;

        /// <summary>
        /// Gets or sets what the mean squared error pulls the logits towards. Default
        /// <see cref="LossTarget.Constant"/>.
        /// </summary>
        public LossTarget LossTarget
        {
            get;
            set => (field, Chosen) = (value, Chosen | TableOptions.Loss);
        } = LossTarget.Constant;

        /// <summary>
        /// Gets or sets the part of the hidden values that is dropped in training, from 0 up to, but not including, 1.
        /// Default 0.2.
        /// </summary>
        public double Dropout { get; set; } = Defaults.Dropout;

        /// <summary>
        /// Gets or sets the largest norm of the gradient of all parameters together, greater than 0; null (the default)
        /// for no limit.
        /// </summary>
        public double? GradientClipping { get; set; }

        /// <summary>
        /// Gets or sets whether the weights of linear layers and convolutions that are exactly 0 in a model whose
        /// training is continued stay 0, so that a pruned model stays as sparse as it is; see
        /// <see cref="SpikingAnalysisCatalog.PruneWeights"/>. A training without a model refuses it. Default
        /// <see langword="false"/>.
        /// </summary>
        public bool KeepZeroWeights { get; set; }

        /// <summary>
        /// Gets or sets the number of batches whose gradients make one step of the optimizer, from 1 to 65,536: as if
        /// batches were that many times larger, in the memory of one, except that batch normalization sees each batch
        /// by itself. An epoch's last group may be smaller. Default 1.
        /// </summary>
        public int GradientAccumulation { get; set; } = 1;

        /// <summary>
        /// Gets or sets, for validation data, what makes an epoch better than another; the best one's weights are the
        /// model's. Default <see cref="ValidationMetric.Accuracy"/>; as long as it is not set, where rows of vectors
        /// are held out (<see cref="ValidationFraction"/>) and <see cref="Epochs"/> is null,
        /// <see cref="ValidationMetric.Loss"/>, which is less noisy on few rows.
        /// </summary>
        public ValidationMetric ValidationMetric
        {
            get => _validationMetric ?? ValidationMetric.Accuracy;
            set => _validationMetric = value;
        }

        /// <summary>Whether the metric was set; if not, tables are measured by their loss.</summary>
        internal bool IsMetricChosen => _validationMetric is not null;

        /// <summary>
        /// Gets or sets the patience: the number of epochs in a row that may pass without a better one on the
        /// validation data (by <see cref="ValidationMetric"/>) before the training ends, from 1 to 100,000. Needs
        /// validation data, or rows that are held out (<see cref="ValidationFraction"/>). Null (the default) for all
        /// <see cref="Epochs"/>, which in any case decide the schedule of the learning rate; but see there for tables.
        /// </summary>
        public int? EarlyStoppingPatience { get; set; }

        /// <summary>
        /// Gets or sets the share of each class's training rows that are held out where Fit is given no validation data
        /// and no model to continue: from 0, for none, up to, but not including, 1. They choose the epoch, by
        /// <see cref="ValidationMetric"/>, and the temperature that calibrates the scores; the log says how many they
        /// are. The same seed holds out the same rows. Null (the default) for a tenth of at least 300 rows of vectors
        /// where <see cref="Epochs"/> is null, too, and for none else. Rows beyond the memory budget are not held out,
        /// which a warning says.
        /// </summary>
        public double? ValidationFraction { get; set; }

        /// <summary>
        /// Gets or sets a folder for checkpoints; it is created if need be. After every epoch, and when the training is
        /// cancelled, everything that the training is in the middle of is saved there. Fit with the same options, data
        /// and network then goes on where the last checkpoint left it, however the process ended, and on the same
        /// processor ends with the same weights as a training without interruption; callbacks are not repeated for what
        /// is done. The folder of a training that has ended gives its model without training again. What else it finds
        /// there, Fit refuses; but a trainer that fits again on other rows, as CrossValidate does for each fold, gives
        /// them a folder of their own inside this one, and finds it when all is run again. Free to differ when a
        /// training is resumed are the device, the number of threads, ActivationCheckpointing, the callbacks and when
        /// checkpoints are saved; with sparse rows, the first three as long as they leave them sparse. Null (the
        /// default) for no checkpoints.
        /// </summary>
        public string? CheckpointFolder { get; set; }

        /// <summary>
        /// Gets or sets, with <see cref="CheckpointFolder"/>, after how many batches since the last checkpoint there is
        /// one within the epoch, at least 1. Null (the default) for the end of epochs alone.
        /// </summary>
        public int? CheckpointEveryBatches { get; set; }

        /// <summary>
        /// Gets or sets, with <see cref="CheckpointFolder"/>, after how many minutes since the last checkpoint there is
        /// one within the epoch, greater than 0. Null (the default) for the end of epochs alone. With
        /// <see cref="CheckpointEveryBatches"/>, whichever comes first.
        /// </summary>
        public double? CheckpointEveryMinutes { get; set; }

        /// <summary>
        /// Gets or sets the seed of initial weights, shuffling, augmentation and dropout; null (the default) for that
        /// of the <see cref="MLContext"/>, and for a random one where it has none.
        /// </summary>
        public int? Seed { get; set; }

        /// <summary>Gets or sets where the network is trained. Default <see cref="ComputeDevice.Auto"/>.</summary>
        public ComputeDevice Device { get; set; } = ComputeDevice.Auto;

        /// <summary>
        /// Gets or sets which CUDA device, from 0. If it is named here and is not there, Fit fails, with
        /// <see cref="ComputeDevice.Auto"/> too. Null (the default) for <see cref="MLContext.GpuDeviceId"/>, which Auto
        /// may replace by the CPU where <see cref="MLContext.FallbackToCpu"/> is true; where that is null too, the
        /// first device.
        /// </summary>
        public int? CudaDeviceIndex { get; set; }

        /// <summary>
        /// Gets or sets the CUDA devices that train together, such as [0, 1]: each index once, at least 0. Null (the
        /// default) for one device, that of <see cref="CudaDeviceIndex"/>. Each step's <see cref="BatchSize"/> rows
        /// are divided among them, rounded up to equal parts; the gradients are added in the order given here, so that
        /// a step is that of one device with <see cref="GradientAccumulation"/> over the same parts. Batch
        /// normalization takes its statistics on each device separately. The first device also measures validation
        /// data, and scores where <see cref="ScoringDevice"/> asks for CUDA. Fit fails if one is not there.
        /// </summary>
        public IReadOnlyList<int>? CudaDevices { get; set; }

        /// <summary>
        /// Gets or sets what the trained model scores with until
        /// <see cref="SpikingModelParameters.ChangeScoringBackend"/> changes it, which is not saved with the model.
        /// Default <see cref="ScoringBackend.Auto"/>: managed code, unless <see cref="ScoringDevice"/> is
        /// <see cref="ComputeDevice.Cuda"/>.
        /// </summary>
        public ScoringBackend ScoringBackend { get; set; } = ScoringBackend.Auto;

        /// <summary>
        /// Gets or sets where the trained model scores if it does so with libtorch; on CUDA, it is the device of
        /// <see cref="CudaDeviceIndex"/>. Default <see cref="ComputeDevice.Auto"/>.
        /// </summary>
        public ComputeDevice ScoringDevice { get; set; } = ComputeDevice.Auto;

        /// <summary>
        /// Gets or sets how precisely convolutions and linear layers multiply in training. Default
        /// <see cref="TrainingPrecision.Full"/>.
        /// </summary>
        public TrainingPrecision Precision { get; set; } = TrainingPrecision.Full;

        /// <summary>
        /// Gets or sets the number of processor threads of the training, from 1 to 1,024. The default, null, stands for
        /// as many as the work of a batch occupies (small networks are trained on one), at most one for each processor
        /// that the process may use by its affinity and its container's limit; where OMP_NUM_THREADS or MKL_NUM_THREADS
        /// is set, for what it says. Sums are taken in another order with another number of threads, so trained weights
        /// may differ in their last bits: state it where machines must agree in every bit.
        /// </summary>
        public int? NumberOfThreads { get; set; }

        /// <summary>
        /// Gets or sets the bytes of features that are kept in memory, greater than 0; null (the default) for a quarter
        /// of the machine's memory. What does not fit is read again every epoch.
        /// </summary>
        public long? MemoryBudget { get; set; }

        /// <summary>
        /// Gets or sets whether training keeps, of each batch, only what passes between parts of the network (a part
        /// ends behind neurons and the pooling after them, or behind a residual block) and computes what is inside a
        /// part a second time on the backward pass. That takes about a third more time and much less memory, which
        /// grows with <see cref="TimeSteps"/>, <see cref="BatchSize"/> and the number of layers; the trained weights
        /// are the same. Default <see langword="false"/>.
        /// </summary>
        public bool ActivationCheckpointing { get; set; }

        /// <summary>
        /// Gets or sets whether the native memory of a training on Linux is arranged for its buffers, which otherwise
        /// cost up to half of its time: large ones in huge pages where the system has them, the others kept when they
        /// are freed, until the last training of the process has ended; what is free is then given back. Huge pages are
        /// decided on by the first training of the process; the variable THP_MEM_ALLOC_ENABLE overrules them (1 or 0).
        /// After that glibc's thresholds for large buffers stay at fixed values, unless glibc was tuned by variables
        /// (MALLOC_..., GLIBC_TUNABLES), which are respected throughout. No effect on other systems. Default
        /// <see langword="true"/>.
        /// </summary>
        public bool ReuseNativeMemory { get; set; } = true;
    }
}
