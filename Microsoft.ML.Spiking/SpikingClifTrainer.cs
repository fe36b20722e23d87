using System.Runtime.CompilerServices;
using Microsoft.ML.Runtime;
using Microsoft.ML.Spiking.Conversion;
using Microsoft.ML.Spiking.MLNetInternals.Access;
using Microsoft.ML.Spiking.MLNetInternals.Schema;
using Microsoft.ML.Spiking.MLNetInternals.Scoring;
using Microsoft.ML.Spiking.MLNetInternals.Training;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Networks.Plans;
using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Loop;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Tables;
using Microsoft.ML.Trainers;
using static System.FormattableString;

namespace Microsoft.ML.Spiking;

/// <summary>
/// Trains a spiking neural network for multiclass classification, by default of complementary leaky integrate-and-fire
/// neurons (<see cref="ClifNeuron"/>). Create it with
/// <see cref="SpikingCatalog.SpikingClif(MulticlassClassificationCatalog.MulticlassClassificationTrainers, Options)"/>.
/// </summary>
/// <remarks>
/// <para>Input: a feature column, vector of <see cref="float"/> of known size, for images of the shape [channels,
/// height, width], for series [time steps, features], for frames of events [time steps, channels, height, width], or
/// see <see cref="Options.InputShape"/>; a label column, key of <see cref="uint"/> with a known number of keys;
/// optionally an example weight column, <see cref="float"/>. Output: "PredictedLabel", a key, and "Score", the classes'
/// probabilities.</para>
/// <para>Rows with missing or infinite features, without a label, or with a weight that is not greater than 0 are
/// skipped, with one warning that counts them. A class that does not occur in the data still has its score.</para>
/// <para>The training of a model can be continued, on the same rows or others: see
/// <see cref="Fit(IDataView, ITransformer)"/>. A training is stopped by <see cref="Options.CancellationToken"/>;
/// MLContext.CancelExecution is internal in ML.NET 5.0.1.</para>
/// <list type="table">
/// <listheader><term>Characteristic</term><description>Value</description></listheader>
/// <item><term>Machine learning task</term><description>Multiclass classification</description></item>
/// <item><term>Is normalization required?</term><description>No: the network's first layer does it, see
/// <see cref="Options.InputNormalization"/></description></item>
/// <item><term>Is caching required?</term><description>No: features are kept in memory up to the memory
/// budget</description></item>
/// <item><term>Can training be continued?</term><description>Yes</description></item>
/// <item><term>Required NuGet in addition to Microsoft.ML</term><description>Microsoft.ML.Spiking, and for training
/// TorchSharp-cpu or a TorchSharp-cuda package</description></item>
/// </list>
/// </remarks>
public sealed partial class SpikingClifTrainer : ITrainerEstimator<SpikingPredictionTransformer, SpikingModelParameters>
{
    private readonly IHost _host;
    private readonly Options _options;
    private readonly TrainerColumnNames _names;
    private readonly int _seed;
    private readonly bool _isSeedGiven;
    private readonly IHostEnvironmentInternal? _environment;
    private int _fits;

    internal SpikingClifTrainer(IHostEnvironment env, Options options)
    {
        Contracts.CheckValue(env, nameof(env));
        _host = env.Register(nameof(SpikingCatalog.SpikingClif));
        _host.CheckValue(options, nameof(options));
        _options = options.Copy();
        _options.Validate();
        _names = new(_options.FeatureColumnName, _options.LabelColumnName, _options.ExampleWeightColumnName,
            _options.PredictedLabelColumnName, _options.ScoreColumnName);
        _environment = env as IHostEnvironmentInternal;
        int? seed = _options.Seed ?? _environment?.Seed;
        _seed = seed ?? _host.Rand.Next();
        _isSeedGiven = seed is not null;
    }

    /// <summary>
    /// Gets what ML.NET knows of the trainer: features need no normalization, because the network does it; a cache
    /// gains nothing; validation data is used; and the training of a model can be continued.
    /// </summary>
    public TrainerInfo Info { get; } =
        new(normalization: false, caching: false, supportValid: true, supportIncrementalTrain: true);

    /// <summary>
    /// Trains; the model is that of the last epoch or, where rows are held out (see
    /// <see cref="Options.ValidationFraction"/>), of the best.
    /// </summary>
    /// <param name="input">With the feature, label and, if named, example weight column.</param>
    /// <exception cref="ArgumentException">A column is missing or has a type that cannot be used.</exception>
    /// <exception cref="NetworkDefinitionException">
    /// The network does not fit the data; the message names the layer.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// There are no usable rows, the device is not there, or the checkpoint folder is refused.
    /// </exception>
    /// <exception cref="OperationCanceledException">
    /// The <see cref="Options.CancellationToken"/> was cancelled; see <see cref="Options.KeepBestOnCancellation"/>.
    /// </exception>
    /// <exception cref="InsufficientMemoryException">
    /// There is not enough memory; the message says for what, and what to lower.
    /// </exception>
    /// <exception cref="TrainingDivergedException">The loss became infinite or not a number.</exception>
    public SpikingPredictionTransformer Fit(IDataView input) => Train(input, validation: null, trained: null);

    /// <summary>Trains on all training rows; the model is that of the epoch with the best validation result.</summary>
    /// <param name="trainData">With the feature, label and, if named, example weight column.</param>
    /// <param name="validationData">
    /// With the same columns, of the same sizes and with the same keys in the same order; null for none.
    /// </param>
    /// <exception cref="ArgumentException">A column is missing or has a type that cannot be used.</exception>
    /// <exception cref="NetworkDefinitionException">
    /// The network does not fit the data; the message names the layer.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// There are no usable rows, the device is not there, or the checkpoint folder is refused.
    /// </exception>
    /// <exception cref="OperationCanceledException">
    /// The <see cref="Options.CancellationToken"/> was cancelled; see <see cref="Options.KeepBestOnCancellation"/>.
    /// </exception>
    /// <exception cref="InsufficientMemoryException">
    /// There is not enough memory; the message says for what, and what to lower.
    /// </exception>
    /// <exception cref="TrainingDivergedException">The loss became infinite or not a number.</exception>
    [OverloadResolutionPriority(1)] // Fit(data, null) means this one
    public SpikingPredictionTransformer Fit(IDataView trainData, IDataView? validationData) =>
        Train(trainData, validationData, trained: null);

    /// <summary>
    /// Continues the training of a model: it starts from the model's weights, with a new schedule and a new optimizer.
    /// The network is the model's: its template, time steps, neurons, encoder, dropout, input shape, pixel order, batch
    /// normalization and the constants that normalize its input. What the options say of the first five is not used; of
    /// the others they must say nothing (their defaults) or the same. The parameters alone do not know what their
    /// classes are called: that the labels' keys stand for the same classes in the same order is checked where the
    /// transformer is given, which does.
    /// </summary>
    /// <param name="trainData">Sent through the transforms that the model was trained behind.</param>
    /// <param name="model">Not changed by the training.</param>
    /// <exception cref="ArgumentException">
    /// A column is missing or has a type that cannot be used, the model does not fit the data or contradicts the
    /// options, or EarlyStoppingPatience is set without validation data.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// There are no usable rows, the device is not there, or the checkpoint folder is refused.
    /// </exception>
    /// <exception cref="OperationCanceledException">
    /// The <see cref="Options.CancellationToken"/> was cancelled; see <see cref="Options.KeepBestOnCancellation"/>.
    /// </exception>
    /// <exception cref="InsufficientMemoryException">
    /// There is not enough memory; the message says for what, and what to lower.
    /// </exception>
    /// <exception cref="TrainingDivergedException">The loss became infinite or not a number.</exception>
    public SpikingPredictionTransformer Fit(IDataView trainData, SpikingModelParameters model)
    {
        _host.CheckValue(model, nameof(model));
        return Train(trainData, validation: null, new(model, Label: null));
    }

    /// <summary>
    /// Continues the training of the spiking network of a trained or loaded model, which may be a chain of
    /// transformers.
    /// </summary>
    /// <param name="trainData">
    /// Sent through the transforms that the network was trained behind: they are not applied here.
    /// </param>
    /// <param name="model">Has one spiking network; not changed by the training.</param>
    /// <seealso cref="Fit(IDataView, SpikingModelParameters)"/>
    /// <exception cref="ArgumentException">
    /// A column is missing or has a type that cannot be used, the model does not fit the data or contradicts the
    /// options, or EarlyStoppingPatience is set without validation data.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// There are no usable rows, the device is not there, or the checkpoint folder is refused.
    /// </exception>
    /// <exception cref="OperationCanceledException">
    /// The <see cref="Options.CancellationToken"/> was cancelled; see <see cref="Options.KeepBestOnCancellation"/>.
    /// </exception>
    /// <exception cref="InsufficientMemoryException">
    /// There is not enough memory; the message says for what, and what to lower.
    /// </exception>
    /// <exception cref="TrainingDivergedException">The loss became infinite or not a number.</exception>
    public SpikingPredictionTransformer Fit(IDataView trainData, ITransformer model) =>
        Fit(trainData, validationData: null, model);

    /// <summary>
    /// Continues the training of the spiking network of a trained or loaded model, which may be a chain of
    /// transformers.
    /// </summary>
    /// <param name="trainData">
    /// Sent through the transforms that the network was trained behind: they are not applied here.
    /// </param>
    /// <param name="validationData">
    /// Chooses the best epoch; with the same columns, of the same sizes; null for none.
    /// </param>
    /// <param name="model">Has one spiking network; not changed by the training.</param>
    /// <seealso cref="Fit(IDataView, SpikingModelParameters)"/>
    /// <exception cref="ArgumentException">
    /// A column is missing or has a type that cannot be used, the model does not fit the data or contradicts the
    /// options, or EarlyStoppingPatience is set without validation data.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// There are no usable rows, the device is not there, or the checkpoint folder is refused.
    /// </exception>
    /// <exception cref="OperationCanceledException">
    /// The <see cref="Options.CancellationToken"/> was cancelled; see <see cref="Options.KeepBestOnCancellation"/>.
    /// </exception>
    /// <exception cref="InsufficientMemoryException">
    /// There is not enough memory; the message says for what, and what to lower.
    /// </exception>
    /// <exception cref="TrainingDivergedException">The loss became infinite or not a number.</exception>
    public SpikingPredictionTransformer Fit(IDataView trainData, IDataView? validationData, ITransformer model)
    {
        _host.CheckValue(model, nameof(model));
        return Train(trainData, validationData, TrainedModel.Of(_host, model));
    }

    /// <summary>Returns the shape of data after the trained transformer.</summary>
    /// <param name="inputSchema">Must have the columns that the options name.</param>
    /// <exception cref="ArgumentException">A column is missing or has a type that cannot be used.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        _host.CheckValue(inputSchema, nameof(inputSchema));
        ColumnShapes.Check(_host, inputSchema, _names);
        return ColumnShapes.Output(inputSchema, _names);
    }

    private SpikingPredictionTransformer Train(IDataView data, IDataView? validation, TrainedModel? trained) =>
        WithRanks(() => TrainHere(data, validation, trained));

    private SpikingPredictionTransformer TrainHere(IDataView data, IDataView? validation, TrainedModel? trained)
    {
        SpikingModelParameters? model = trained?.Parameters;
        _host.CheckValue(data, nameof(data));
        TrainingColumns columns = TrainingColumns.Find(_host, data, _names);
        TrainingColumns? validationColumns = validation is null ? null
            : columns.FindLikeThese(_host, validation, _names);
        trained?.CheckFits(_host, columns, _options);
        RowLayout layout = Layout(columns, validation is not null, trained);
        CheckEncoder(_options.Encoder, layout);
        NetworkDefinition network = model?.Network ?? Bind(columns, layout);
        CheckMethods(network);
        using var observer = new ChannelObserver(_host, _options.MetricsCallback, _options.ProgressCallback);
        ReportTimeSteps(layout, columns, observer);
        if (trained?.Ignored(_options, () => Bind(columns, layout)) is { Count: > 0 } ignored)
        {
            observer.Warning($"Not used, because the model whose training is continued has its own: " +
                $"{string.Join(", ", ignored)}. To have what the options say, train a new model.");
        }
        var features = new FeatureRows(network);
        IRowSource rows = Rows(data, columns, features, isTraining: true, observer.Warning);
        IRowSource? validationRows = validation is null ? null
            : Rows(validation, validationColumns!, features, isTraining: false, observer.Warning);
        if (_options.Conversion is not null)
        {
            // They are read by the training, by the conversion and by the training after it.
            rows = new SharedRows(rows);
        }
        if (validationRows is not null && (_options.Conversion is not null || IsTable(layout)))
        {
            validationRows = new SharedRows(validationRows); // also read to decide on a table's inputs
        }
        using IDisposable? memory = NativeMemory.Use(_options.ReuseNativeMemory);
        CheckScoring();
        bool isAgain = Interlocked.Increment(ref _fits) > 1;
        PreparedTraining prepared = model is null
            ? Prepare(network, columns, layout, rows, validationRows, observer)
            : new(network, rows, HeldOut: null, Settings(layout, _options));
        network = prepared.Network;
        TrainingSettings settings = prepared.Settings with { SharesCheckpointFolder = isAgain };
        IRowSource? measured = validationRows ?? prepared.HeldOut;
        (network, NetworkWeights? initial) = Begin(network, model?.Weights, observer.Warning);
        TrainingOutcome outcome = TrainingLoop.Run(
            network, initial, prepared.Rows, measured, settings, observer, _options.CancellationToken);
        bool hasInitial = model is not null;
        if (_options.Conversion is { } conversion
            && !(outcome.Cancelled && outcome.BestEpoch == 0 && !hasInitial))
        {
            bool wasCancelled = outcome.Cancelled;
            (network, outcome) = NetworkConverter.Run(network, outcome, conversion, prepared.Rows, measured,
                settings, observer, _options.CancellationToken);
            hasInitial |= !wasCancelled;
        }
        if (outcome.Cancelled)
        {
            ReportCancelled(outcome, observer, hasInitial);
        }
        (network, NetworkWeights weights) = End(network, outcome.Weights);
        return Model(network, prepared.HeldOut is null
            ? weights : Calibrate(network, weights, prepared.HeldOut, observer), columns);
    }

    /// <summary>Returns how the rows lie, once all that depends on the data has been checked.</summary>
    private RowLayout Layout(TrainingColumns columns, bool hasValidation, TrainedModel? trained = null)
    {
        if (_options.KeepZeroWeights && trained is null)
        {
            throw _host.ExceptParam("model", $"{nameof(Options.KeepZeroWeights)} is set, but the training starts " +
                "from new weights: pass the model that it is to continue, or leave the option at its default.");
        }
        CheckClassWeights(columns);
        RowLayout layout = trained?.Layout(columns.FeatureShape, _options.InputShape)
            ?? RowLayout.Of(columns.FeatureShape, _options.InputShape, _options.PixelOrder);
        if (_options.EarlyStoppingPatience is not null && !hasValidation
            && (trained is not null || !MayHoldOut(layout)))
        {
            throw _host.ExceptParam("validationData", $"{nameof(Options.EarlyStoppingPatience)} needs validation " +
                $"data: call Fit with training and validation data, set {nameof(Options.ValidationFraction)}, or " +
                "leave it null.");
        }
        CheckAugmentation(layout);
        return trained is null && layout.TimeSteps is not null && _options.Encoder is not DirectEncoder
            ? throw new NetworkDefinitionException("Rows that bring their own time steps need the " +
                $"{nameof(DirectEncoder)}, not a {_options.Encoder.GetType().Name}. To take the rows of column " +
                $"'{columns.Feature.Name}' as vectors, set {nameof(Options.InputShape)} to [{columns.FeatureCount}].")
            : layout;
    }

    private void ReportTimeSteps(RowLayout layout, TrainingColumns columns, ChannelObserver observer)
    {
        if (layout.TimeSteps is not int steps)
        {
            return;
        }
        observer.Info(Invariant($"The rows bring {steps} time steps, each [{string.Join(", ", layout.StepShape)}]; ") +
            Invariant($"the option {nameof(Options.TimeSteps)}, {_options.TimeSteps}, is not used."));
        if (layout.IsTimeAxisAssumed)
        {
            int features = layout.StepShape[0];
            observer.Warning($"The feature column '{columns.Feature.Name}' has two dimensions, which are taken as " +
                Invariant($"{steps} time steps of {features} features. Set {nameof(Options.InputShape)} to ") +
                Invariant($"[{steps}, {features}] to confirm that, to [{columns.FeatureCount}] for vectors without ") +
                Invariant($"time, or to [1, {steps}, {features}] for images of one channel."));
        }
    }

    private SpikingPredictionTransformer Model(
        NetworkDefinition network, NetworkWeights weights, TrainingColumns columns)
    {
        var model = new SpikingModelParameters(network, weights);
        model.ChangeScoringBackend(Scoring.Backend, Scoring.Device, Scoring.CudaDeviceIndex);
        return new(_host, model, TrainSchema.Prune(columns), _names);
    }

    private DataViewRowSource Rows(
        IDataView data, TrainingColumns columns, FeatureRows features, bool isTraining, Action<string> warn) =>
        new(_host, data, columns, features, isTraining, warn);

    private void ReportCancelled(TrainingOutcome outcome, ChannelObserver observer, bool hasInitial)
    {
        if (outcome.BestEpoch == 0 && !hasInitial)
        {
            throw new OperationCanceledException(
                "The training was cancelled in its first epoch: there is no model to keep yet.",
                _options.CancellationToken);
        }
        observer.Warning(Invariant($"The training was cancelled after {outcome.History.Count} epochs; ") +
            Invariant($"the model of epoch {outcome.BestEpoch} is kept."));
    }

    private void CheckClassWeights(TrainingColumns columns)
    {
        if (_options.ClassWeights is { } weights && weights.Count != columns.ClassCount)
        {
            throw _host.ExceptParam(nameof(Options.ClassWeights),
                Invariant($"{nameof(Options.ClassWeights)} has {weights.Count} weights and the label column ") +
                Invariant($"'{columns.Label.Name}' has {columns.ClassCount} keys; give one weight for each."));
        }
    }

    private void CheckAugmentation(RowLayout layout)
    {
        if (_options.Augmentation?.FaultFor(layout.StepShape, layout.TimeSteps) is string fault)
        {
            throw _host.ExceptParam(nameof(Options.Augmentation), fault);
        }
    }

    /// <summary>Returns the network; without fitted receptive fields each feature has one.</summary>
    private NetworkDefinition Bind(TrainingColumns columns, RowLayout layout, PopulationConstants? fields = null,
        Options? options = null)
    {
        options ??= _options;
        bool isPopulation = fields is not null || _options.Encoder is PopulationEncoder;
        return options.Network.Bind(new NetworkBinding(layout.StepShape, columns.ClassCount,
            layout.TimeSteps ?? options.TimeSteps, isPopulation ? new DirectEncoder() : _options.Encoder,
            _options.Neuron, _options.Dropout)
        {
            HasTimeAxis = layout.TimeSteps is not null,
            PixelOrder = layout.Order,
            BatchNorm = _options.BatchNorm,
            InputNormalization = InputNormalization,
            InputDropout = options.InputDropout ?? 0,
            Fields = isPopulation ? fields?.Fields ?? [.. Enumerable.Repeat(1, columns.FeatureCount)] : null,
            Trees = fields?.Trees is { } trees
                ? new(TreeLayer.InputName, columns.FeatureCount, trees.Conditions, trees.Features) : null,
        });
    }

    /// <summary>Gets the normalization of the input; null with an encoder whose spikes are not normalized.</summary>
    private InputNormalization? InputNormalization =>
        _options.Encoder is DirectEncoder ? _options.InputNormalization : null;
}
