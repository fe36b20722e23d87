using System.Runtime.CompilerServices;
using Microsoft.ML.Runtime;
using Microsoft.ML.Spiking.MLNetInternals.Access;
using Microsoft.ML.Spiking.MLNetInternals.Schema;
using Microsoft.ML.Spiking.MLNetInternals.Scoring;
using Microsoft.ML.Spiking.MLNetInternals.Training;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Training.Checkpoints;
using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Loop;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Trainers;

namespace Microsoft.ML.Spiking;

/// <summary>
/// Trains a spiking neural network for multiclass classification, by default of complementary leaky integrate-and-fire
/// neurons (<see cref="ClifNeuron"/>). Create it with
/// <see cref="SpikingCatalog.SpikingClif(MulticlassClassificationCatalog.MulticlassClassificationTrainers, Options)"/>.
/// </summary>
/// <remarks>
/// <para>Input: a feature column, vector of <see cref="float"/> of known size, for images of the shape [channels, height,
/// width], for frames of events [time steps, channels, height, width], or see the option InputShape; a label column, key of
/// <see cref="uint"/> with a known number of keys; optionally an example weight column, <see cref="float"/>.
/// Output: "PredictedLabel", a key, and "Score", the classes' probabilities.</para>
/// <para>Rows with missing or infinite features, without a label, or with a weight that is not greater than 0 are
/// skipped, with one warning that counts them. A class that does not occur in the data still has its score.</para>
/// <list type="table">
/// <listheader><term>Characteristic</term><description>Value</description></listheader>
/// <item><term>Machine learning task</term><description>Multiclass classification</description></item>
/// <item><term>Is normalization required?</term><description>Yes</description></item>
/// <item><term>Is caching required?</term><description>No: features are kept in memory up to the memory budget</description></item>
/// <item><term>Required NuGet in addition to Microsoft.ML</term><description>Microsoft.ML.Spiking, and for training TorchSharp-cpu or a TorchSharp-cuda package</description></item>
/// </list>
/// </remarks>
public sealed partial class SpikingClifTrainer : ITrainerEstimator<SpikingPredictionTransformer, SpikingModelParameters>
{
    private readonly IHost _host;
    private readonly Options _options;
    private readonly TrainerColumnNames _names;
    private readonly int _seed;
    private readonly bool _isSeedGiven;

    internal SpikingClifTrainer(IHostEnvironment env, Options options)
    {
        Contracts.CheckValue(env, nameof(env));
        _host = env.Register(nameof(SpikingCatalog.SpikingClif));
        _host.CheckValue(options, nameof(options));
        _options = options.Copy();
        _options.Validate();
        _names = new(_options.FeatureColumnName, _options.LabelColumnName, _options.ExampleWeightColumnName,
            _options.PredictedLabelColumnName, _options.ScoreColumnName);
        int? seed = _options.Seed ?? (env as IHostEnvironmentInternal)?.Seed;
        _seed = seed ?? _host.Rand.Next();
        _isSeedGiven = seed is not null;
    }

    /// <summary>The trainer needs normalized features, uses validation data, and gains nothing from a cache.</summary>
    public TrainerInfo Info { get; } = new(normalization: true, caching: false, supportValid: true);

    /// <summary>Trains on all rows; the model is that of the last epoch.</summary>
    /// <param name="input">With the feature, label and, if named, example weight column.</param>
    /// <exception cref="ArgumentException">A column is missing or has a type that cannot be used.</exception>
    /// <exception cref="NetworkDefinitionException">The network does not fit the data; the message names the layer.</exception>
    /// <exception cref="InvalidOperationException">There are no usable rows, or only one class among them, or the checkpoint folder is refused.</exception>
    /// <exception cref="OperationCanceledException">The options' token or the <see cref="MLContext"/> was cancelled.</exception>
    /// <exception cref="InsufficientMemoryException">There is not enough memory; the message says for what, and what to lower.</exception>
    /// <exception cref="TrainingDivergedException">The loss became infinite or not a number.</exception>
    public SpikingPredictionTransformer Fit(IDataView input) => Train(input, validation: null, trained: null);

    /// <summary>Trains on all training rows; the model is that of the epoch with the best validation result.</summary>
    /// <param name="trainData">With the feature, label and, if named, example weight column.</param>
    /// <param name="validationData">With the same columns, of the same sizes; null for none.</param>
    /// <exception cref="ArgumentException">A column is missing or has a type that cannot be used.</exception>
    /// <exception cref="NetworkDefinitionException">The network does not fit the data; the message names the layer.</exception>
    /// <exception cref="InvalidOperationException">There are no usable rows, or only one class among them, or the checkpoint folder is refused.</exception>
    /// <exception cref="OperationCanceledException">The options' token or the <see cref="MLContext"/> was cancelled.</exception>
    /// <exception cref="InsufficientMemoryException">There is not enough memory; the message says for what, and what to lower.</exception>
    /// <exception cref="TrainingDivergedException">The loss became infinite or not a number.</exception>
    [OverloadResolutionPriority(1)] // Fit(data, null) means this one
    public SpikingPredictionTransformer Fit(IDataView trainData, IDataView? validationData) =>
        Train(trainData, validationData, trained: null);

    /// <summary>
    /// Goes on with a trained model: training starts from its weights, with a new schedule and a new optimizer. The network
    /// is the model's, time steps, neurons, encoder and dropout included; what the options say of those is not used.
    /// The parameters alone do not know what their classes are called: that the labels' keys stand for the same classes in
    /// the same order is checked where the transformer is given, which does.
    /// </summary>
    /// <param name="trainData">Sent through the transforms that the model was trained behind.</param>
    /// <param name="model">Not changed by the training.</param>
    /// <exception cref="ArgumentException">
    /// A column is missing or has a type that cannot be used, the model does not fit the data, or EarlyStoppingPatience is
    /// set without validation data.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// There are no usable rows, or only one class among them, or the checkpoint folder is refused.
    /// </exception>
    /// <exception cref="OperationCanceledException">The options' token or the <see cref="MLContext"/> was cancelled.</exception>
    /// <exception cref="InsufficientMemoryException">There is not enough memory; the message says for what, and what to lower.</exception>
    /// <exception cref="TrainingDivergedException">The loss became infinite or not a number.</exception>
    public SpikingPredictionTransformer Fit(IDataView trainData, SpikingModelParameters model)
    {
        _host.CheckValue(model, nameof(model));
        return Train(trainData, validation: null, new(model, Label: null));
    }

    /// <summary>Goes on with the spiking network of a trained or loaded model, which may be a chain of transformers.</summary>
    /// <param name="trainData">Sent through the transforms that the network was trained behind: they are not applied here.</param>
    /// <param name="model">Has one spiking network; not changed by the training.</param>
    /// <seealso cref="Fit(IDataView, SpikingModelParameters)"/>
    /// <exception cref="ArgumentException">
    /// A column is missing or has a type that cannot be used, the model does not fit the data, or EarlyStoppingPatience is
    /// set without validation data.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// There are no usable rows, or only one class among them, or the checkpoint folder is refused.
    /// </exception>
    /// <exception cref="OperationCanceledException">The options' token or the <see cref="MLContext"/> was cancelled.</exception>
    /// <exception cref="InsufficientMemoryException">There is not enough memory; the message says for what, and what to lower.</exception>
    /// <exception cref="TrainingDivergedException">The loss became infinite or not a number.</exception>
    public SpikingPredictionTransformer Fit(IDataView trainData, ITransformer model) =>
        Fit(trainData, validationData: null, model);

    /// <summary>Goes on with the spiking network of a trained or loaded model, which may be a chain of transformers.</summary>
    /// <param name="trainData">Sent through the transforms that the network was trained behind: they are not applied here.</param>
    /// <param name="validationData">Chooses the best epoch; with the same columns, of the same sizes; null for none.</param>
    /// <param name="model">Has one spiking network; not changed by the training.</param>
    /// <seealso cref="Fit(IDataView, SpikingModelParameters)"/>
    /// <exception cref="ArgumentException">
    /// A column is missing or has a type that cannot be used, the model does not fit the data, or EarlyStoppingPatience is
    /// set without validation data.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// There are no usable rows, or only one class among them, or the checkpoint folder is refused.
    /// </exception>
    /// <exception cref="OperationCanceledException">The options' token or the <see cref="MLContext"/> was cancelled.</exception>
    /// <exception cref="InsufficientMemoryException">There is not enough memory; the message says for what, and what to lower.</exception>
    /// <exception cref="TrainingDivergedException">The loss became infinite or not a number.</exception>
    public SpikingPredictionTransformer Fit(IDataView trainData, IDataView? validationData, ITransformer model)
    {
        _host.CheckValue(model, nameof(model));
        return Train(trainData, validationData, TrainedModel.Of(_host, model));
    }

    /// <summary>The shape of data after the trained transformer.</summary>
    /// <param name="inputSchema">Must have the columns that the options name.</param>
    /// <exception cref="ArgumentException">A column is missing or has a type that cannot be used.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        _host.CheckValue(inputSchema, nameof(inputSchema));
        ColumnShapes.Check(_host, inputSchema, _names);
        return ColumnShapes.Output(inputSchema, _names);
    }

    /// <summary>Rows for several trainings, of this trainer and of others whose options name the same columns.</summary>
    /// <param name="data">See <see cref="Fit(IDataView, IDataView)"/>.</param>
    /// <param name="validation">Null for none.</param>
    /// <param name="warn">Hears of rows that are skipped.</param>
    /// <exception cref="ArgumentException">A column is missing or has a type that cannot be used.</exception>
    /// <exception cref="InvalidOperationException">The models could not be scored: there is no such CUDA device, or no libtorch.</exception>
    internal SharedTrainingData Share(IDataView data, IDataView? validation, Action<string> warn)
    {
        CheckScoring();
        TrainingColumns columns = TrainingColumns.Find(_host, data.Schema, _names);
        TrainingColumns? validationColumns = validation is null ? null : columns.FindLikeThese(_host, validation.Schema, _names);
        return new(columns,
            features => TrainingRows(data, columns, features, warn),
            validation is null ? null : features => ValidationRows(validation, validationColumns!, features, warn));
    }

    /// <summary>Trains one session of a training; see <see cref="Fit(IDataView, IDataView)"/>.</summary>
    /// <param name="data">The rows, from <see cref="Share"/>.</param>
    /// <param name="session">Where the training rests before and after the session, and when it ends.</param>
    internal TrainingSessionResult TrainSession(SharedTrainingData data, TrainingSession session)
    {
        RowLayout layout = Layout(data.Columns, data.HasValidation, _options.PixelOrder);
        NetworkDefinition network = Bind(data.Columns, layout);
        using var observer = new ChannelObserver(_host, _options.MetricsCallback, _options.ProgressCallback);
        (SharedRows rows, SharedRows? validationRows) = data.For(network);
        TrainingOutcome outcome = TrainingLoop.Run(
            network, initial: null, rows, validationRows, Settings(layout), observer, _options.CancellationToken, session);
        return new(outcome.History.Count, outcome.IsResting, outcome.Divergence,
            () => Model(network, outcome.Weights, data.Columns));
    }

    /// <summary>Refuses options that do not fit the columns of rows, without reading the rows.</summary>
    /// <param name="data">The result of <see cref="Share"/>.</param>
    /// <exception cref="ArgumentException">They do not fit.</exception>
    internal void Check(SharedTrainingData data) =>
        Bind(data.Columns, Layout(data.Columns, data.HasValidation, _options.PixelOrder));

    /// <summary>A model that scores all classes alike: its weights are all 0.</summary>
    /// <param name="data">With the columns of training data; its rows are not read.</param>
    internal SpikingPredictionTransformer Untrained(IDataView data)
    {
        TrainingColumns columns = TrainingColumns.Find(_host, data.Schema, _names);
        NetworkDefinition network = Bind(columns, Layout(columns, hasValidation: true, _options.PixelOrder));
        var weights = new NetworkWeights(network,
            network.Parameters.Select(spec => new WeightArray(spec.Name, spec.Shape, new float[spec.Size])));
        return Model(network, weights, columns);
    }

    /// <summary>What decides all that a training with these options and rows gives, but for its random numbers.</summary>
    /// <param name="data">What <see cref="Share"/> gave. It is read, if nobody has done so.</param>
    internal TrainingIdentity Identify(SharedTrainingData data)
    {
        RowLayout layout = Layout(data.Columns, data.HasValidation, _options.PixelOrder);
        NetworkDefinition network = Bind(data.Columns, layout);
        TrainingSettings settings = Settings(layout);
        using var observer = new ChannelObserver(_host, metrics: null, progressed: null);
        (SharedRows shared, SharedRows? sharedValidation) = data.For(network);
        RowFeed rows = UsableRows.Open(
            shared, "training", network, settings.MemoryBudget, observer, _options.CancellationToken);
        RowFeed? validation = sharedValidation is null ? null : UsableRows.Open(sharedValidation, "validation", network,
            Math.Max(0, settings.MemoryBudget - rows.Bytes), observer, _options.CancellationToken);
        return TrainingIdentity.Of(network, initial: null, rows, validation, settings);
    }

    private SpikingPredictionTransformer Train(IDataView data, IDataView? validation, TrainedModel? trained)
    {
        SpikingModelParameters? model = trained?.Parameters;
        _host.CheckValue(data, nameof(data));
        TrainingColumns columns = TrainingColumns.Find(_host, data.Schema, _names);
        TrainingColumns? validationColumns = validation is null ? null : columns.FindLikeThese(_host, validation.Schema, _names);
        trained?.CheckFits(_host, columns, _options.PixelOrder);
        RowLayout layout = Layout(columns, validation is not null, model?.Network.PixelOrder ?? _options.PixelOrder);
        NetworkDefinition network = model?.Network ?? Bind(columns, layout);
        using var observer = new ChannelObserver(_host, _options.MetricsCallback, _options.ProgressCallback);
        var features = new FeatureRows(network);
        DataViewRowSource rows = TrainingRows(data, columns, features, observer.Warning);
        DataViewRowSource? validationRows = validation is null ? null
            : ValidationRows(validation, validationColumns!, features, observer.Warning);
        using IDisposable? memory = NativeMemory.Use(_options.ReuseNativeMemory);
        CheckScoring();
        TrainingOutcome outcome = TrainingLoop.Run(
            network, model?.Weights, rows, validationRows, Settings(layout), observer, _options.CancellationToken);
        if (outcome.Cancelled)
        {
            ReportCancelled(outcome, observer, hasInitial: model is not null);
        }
        return Model(network, outcome.Weights, columns);
    }

    /// <summary>No training is lost to a device that is not there.</summary>
    private void CheckScoring()
    {
        // What libtorch allocates first decides how it allocates.
        using IDisposable? memory = NativeMemory.Use(_options.ReuseNativeMemory);
        Scoring.Check();
    }

    private ScoringChoice Scoring => new(_options.ScoringBackend, _options.ScoringDevice, _options.CudaDeviceIndex);

    /// <summary>How the rows lie, when all that depends on the data has been checked.</summary>
    private RowLayout Layout(TrainingColumns columns, bool hasValidation, PixelOrder? order)
    {
        if (_options.EarlyStoppingPatience is not null && !hasValidation)
        {
            throw _host.ExceptParam("validationData", $"{nameof(Options.EarlyStoppingPatience)} needs validation data: " +
                "call Fit with training and validation data, or leave it null.");
        }
        CheckClassWeights(columns);
        RowLayout layout = RowLayout.Of(columns.FeatureShape, _options.InputShape, order);
        CheckAugmentation(layout);
        return layout;
    }

    private SpikingPredictionTransformer Model(NetworkDefinition network, NetworkWeights weights, TrainingColumns columns)
    {
        var model = new SpikingModelParameters(network, weights);
        model.ChangeScoringBackend(Scoring.Backend, Scoring.Device, Scoring.CudaDeviceIndex);
        return new(_host, model, TrainSchema.Prune(columns), _names);
    }

    private DataViewRowSource TrainingRows(IDataView data, TrainingColumns columns, FeatureRows features, Action<string> warn) =>
        new(_host, data, columns, features, "training", leastClasses: 2, warn);

    private DataViewRowSource ValidationRows(IDataView data, TrainingColumns columns, FeatureRows features, Action<string> warn) =>
        new(_host, data, columns, features, "validation", leastClasses: 1, warn);

    private void ReportCancelled(TrainingOutcome outcome, ChannelObserver observer, bool hasInitial)
    {
        if (outcome.BestEpoch == 0 && !hasInitial)
        {
            throw new OperationCanceledException(
                "The training was cancelled in its first epoch: there is no model to keep yet.", _options.CancellationToken);
        }
        observer.Warning($"The training was cancelled after {outcome.History.Count} epochs; " +
            $"the model of epoch {outcome.BestEpoch} is kept.");
    }

    private void CheckClassWeights(TrainingColumns columns)
    {
        if (_options.ClassWeights is { } weights && weights.Count != columns.ClassCount)
        {
            throw _host.ExceptParam(nameof(Options.ClassWeights), $"{nameof(Options.ClassWeights)} has {weights.Count} weights and the " +
                $"label column '{columns.Label.Name}' has {columns.ClassCount} keys; give one weight for each.");
        }
    }

    private void CheckAugmentation(RowLayout layout)
    {
        if (_options.Augmentation?.FaultFor(layout.StepShape) is string fault)
        {
            throw _host.ExceptParam(nameof(Options.Augmentation), fault);
        }
    }

    private NetworkDefinition Bind(TrainingColumns columns, RowLayout layout)
    {
        return _options.Network.Bind(new NetworkBinding(layout.StepShape, columns.ClassCount,
            layout.TimeSteps ?? _options.TimeSteps, _options.Encoder, _options.Neuron, _options.Dropout)
        {
            HasTimeAxis = layout.TimeSteps is not null,
            PixelOrder = layout.Order,
            BatchNorm = _options.BatchNorm,
            InputNormalization = InputNormalization,
        });
    }

    /// <summary>Spikes that an encoder makes of features are not normalized.</summary>
    private InputNormalization? InputNormalization => _options.Encoder is DirectEncoder ? _options.InputNormalization : null;

    private TrainingSettings Settings(RowLayout layout) => new()
    {
        Epochs = _options.Epochs,
        BatchSize = _options.BatchSize,
        LearningRate = _options.LearningRate,
        Optimizer = _options.Optimizer,
        Momentum = _options.Momentum,
        WeightDecay = _options.WeightDecay,
        Schedule = _options.Schedule,
        WarmupEpochs = _options.WarmupEpochs,
        ClassWeighting = _options.ClassWeighting,
        ClassWeights = _options.ClassWeights,
        LabelSmoothing = _options.LabelSmoothing,
        LossLambda = _options.LossLambda,
        LossTarget = _options.LossTarget,
        GradientClipping = _options.GradientClipping,
        GradientAccumulation = _options.GradientAccumulation,
        EarlyStoppingPatience = _options.EarlyStoppingPatience,
        ValidationMetric = _options.ValidationMetric,
        Seed = _seed,
        IsSeedGiven = _isSeedGiven,
        Device = _options.Device,
        CudaDeviceIndex = _options.CudaDeviceIndex,
        Threads = _options.NumberOfThreads,
        MemoryBudget = _options.MemoryBudget ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4,
        ReuseNativeMemory = _options.ReuseNativeMemory,
        ActivationCheckpointing = _options.ActivationCheckpointing,
        KeepBestOnCancellation = _options.KeepBestOnCancellation,
        CheckpointFolder = _options.CheckpointFolder,
        CheckpointEveryBatches = _options.CheckpointEveryBatches,
        CheckpointEveryMinutes = _options.CheckpointEveryMinutes,
        Precision = _options.Precision,
        InputNormalization = InputNormalization ?? new RootMeanSquareNormalization(),
        Augmentation = _options.Augmentation,
        Rows = layout,
    };
}
