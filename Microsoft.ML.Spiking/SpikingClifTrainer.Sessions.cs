using Microsoft.ML.Spiking.Conversion;
using Microsoft.ML.Spiking.MLNetInternals.Access;
using Microsoft.ML.Spiking.MLNetInternals.Schema;
using Microsoft.ML.Spiking.MLNetInternals.Training;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Training.Checkpoints;
using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Loop;
using Microsoft.ML.Spiking.Training.Tables;

namespace Microsoft.ML.Spiking;

// Trainings in sessions and on shared rows, as sweeps need them.
public sealed partial class SpikingClifTrainer
{
    /// <summary>
    /// Prepares rows for several trainings, of this trainer and of others whose options name the same columns.
    /// </summary>
    /// <param name="data">See <see cref="Fit(IDataView, IDataView)"/>.</param>
    /// <param name="validation">Null for none.</param>
    /// <param name="warn">Receives what is wrong with the rows.</param>
    /// <exception cref="ArgumentException">A column is missing or has a type that cannot be used.</exception>
    /// <exception cref="InvalidOperationException">
    /// There is no such CUDA device to train or score on, or no libtorch.
    /// </exception>
    internal SharedTrainingData Share(IDataView data, IDataView? validation, Action<string> warn)
    {
        if (_options.Ranks is { Count: > 1 })
        {
            throw new InvalidOperationException($"The options of a sweep have {nameof(Options.Ranks)}, which train " +
                "one network together; a sweep trains many. Start its workers as processes on the same storage.");
        }
        CheckScoring();
        CheckDevices();
        TrainingColumns columns = TrainingColumns.Find(_host, data, _names);
        TrainingColumns? validationColumns = validation is null ? null
            : columns.FindLikeThese(_host, validation, _names);
        return new(columns,
            features => Rows(data, columns, features, isTraining: true, warn),
            validation is null ? null
                : features => Rows(validation, validationColumns!, features, isTraining: false, warn));
    }

    /// <summary>
    /// Returns the options with the encoder, and for a table of which they leave the defaults to the rows, these made
    /// explicit: what a sweep starts from.
    /// </summary>
    /// <param name="data">The rows, from <see cref="Share"/>; they are read if they have not been.</param>
    internal Options Completed(SharedTrainingData data)
    {
        RowLayout layout = Layout(data.Columns, data.HasValidation);
        CheckEncoder(_options.Encoder, layout);
        if (!IsTable(layout) || FieldsOf(data, layout, Bind(data.Columns, layout)) is not var (_, encoder, rows))
        {
            Options copy = _options.Copy();
            copy.Encoder = copy.Encoder;
            return copy;
        }
        var table = TableDefaults.For(rows, hasLeaves: encoder.Trees > 0);
        Options completed = table.Complete(_options);
        (completed.Encoder, completed.Epochs) = (encoder, table.Epochs);
        return completed;
    }

    /// <summary>Returns whether receptive fields are possible: a sweep does not vary them elsewhere.</summary>
    /// <param name="data">The rows, from <see cref="Share"/>; they are not read.</param>
    internal bool MayHaveFields(SharedTrainingData data) =>
        IsVector(Layout(data.Columns, data.HasValidation)) && data.Columns.FeatureCount <= Defaults.MostTableFeatures
        && _options is { Encoder: PopulationEncoder or DirectEncoder, InputNormalization: FeatureNormalization };

    /// <summary>Trains one session of a training; see <see cref="Fit(IDataView, IDataView)"/>.</summary>
    /// <param name="data">The rows, from <see cref="Share"/>.</param>
    /// <param name="session">Where the training rests before and after the session, and when it ends.</param>
    internal TrainingSessionResult TrainSession(SharedTrainingData data, TrainingSession session)
    {
        RowLayout layout = Layout(data.Columns, data.HasValidation);
        (NetworkDefinition network, TrainingSettings settings) = Fitted(data, layout);
        CheckMethods(network);
        using var observer =
            new ChannelObserver(_host, _options.MetricsCallback, _options.ProgressCallback, session.Warned);
        (SharedRows rows, SharedRows? validationRows) = data.For(network);
        network = Begin(network, weights: null, observer.Warning).Network;
        TrainingOutcome outcome = TrainingLoop.Run(network, initial: null, rows, validationRows, settings, observer,
            _options.CancellationToken, session);
        return new(outcome.History.Count, outcome.IsResting, outcome.Divergence,
            () => Converted(network, outcome, rows, validationRows, settings, data.Columns));
    }

    /// <summary>Returns the model of a session, converted where that is asked for.</summary>
    private SpikingPredictionTransformer Converted(NetworkDefinition network, TrainingOutcome outcome, SharedRows rows,
        SharedRows? validation, TrainingSettings settings, TrainingColumns columns)
    {
        if (_options.Conversion is { } conversion)
        {
            using var observer = new ChannelObserver(_host, metrics: null, progressed: null);
            (network, outcome) = NetworkConverter.Run(
                network, outcome, conversion, rows, validation, settings, observer, _options.CancellationToken);
        }
        (network, NetworkWeights weights) = End(network, outcome.Weights);
        return Model(network, weights, columns);
    }

    /// <summary>Refuses options that do not fit the columns of rows, without reading the rows.</summary>
    /// <param name="data">The rows, from <see cref="Share"/>.</param>
    /// <exception cref="ArgumentException">They do not fit.</exception>
    internal void Check(SharedTrainingData data) =>
        CheckMethods(Bind(data.Columns, Layout(data.Columns, data.HasValidation)));

    /// <summary>Returns a model that scores all classes alike: its weights are all 0.</summary>
    /// <param name="data">With the columns of training data; its rows are not read.</param>
    internal SpikingPredictionTransformer Untrained(IDataView data)
    {
        TrainingColumns columns = TrainingColumns.Find(_host, data, _names);
        NetworkDefinition network = Bind(columns, Layout(columns, hasValidation: true));
        var weights = new NetworkWeights(network,
            network.Parameters.Select(spec => new WeightArray(spec.Name, spec.Shape, new float[spec.Size])));
        return Model(network, weights, columns);
    }

    /// <summary>Returns everything that decides what a training with these options and rows gives.</summary>
    /// <param name="data">The rows, from <see cref="Share"/>; they are read if they have not been.</param>
    internal TrainingIdentity Identify(SharedTrainingData data)
    {
        RowLayout layout = Layout(data.Columns, data.HasValidation);
        (NetworkDefinition network, TrainingSettings settings) = Fitted(data, layout);
        using var observer = new ChannelObserver(_host, metrics: null, progressed: null);
        CancellationToken token = _options.CancellationToken;
        (SharedRows shared, SharedRows? sharedValidation) = data.For(network);
        RowFeed rows = UsableRows.Open(shared, "training", network, settings.MemoryBudget, observer, token);
        RowFeed? validation = sharedValidation is null ? null : UsableRows.Open(
            sharedValidation, "validation", network, Math.Max(0, settings.MemoryBudget - rows.Bytes), observer, token);
        network = Begin(network, weights: null, warn: null).Network;
        return TrainingIdentity.Of(network, initial: null, rows, validation, settings);
    }

    /// <summary>Returns the network, with the receptive fields that the rows decide, and the settings.</summary>
    private (NetworkDefinition Network, TrainingSettings Settings) Fitted(SharedTrainingData data, RowLayout layout)
    {
        CheckEncoder(_options.Encoder, layout);
        NetworkDefinition network = Bind(data.Columns, layout);
        TrainingSettings settings = Settings(layout, _options);
        return FieldsOf(data, layout, network) is var (fields, _, _)
            ? (Bind(data.Columns, layout, fields), settings with { Population = fields })
            : (network, settings);
    }

    /// <summary>
    /// Returns the receptive fields, their encoder and the number of rows; null where features are taken as they are.
    /// </summary>
    private (PopulationConstants Fields, PopulationEncoder Encoder, long Rows)? FieldsOf(
        SharedTrainingData data, RowLayout layout, NetworkDefinition network)
    {
        if (Population(data.Columns, layout) is not { } encoder)
        {
            return null;
        }
        (SharedRows train, SharedRows? validation) = data.For(network);
        long budget = _options.MemoryBudget ?? DefaultBudget;
        RowFeed rows = Feed(train, budget);
        RowFeed? held = validation is null || !IsTable(layout) ? null
            : Feed(validation, Math.Max(0, budget - rows.Bytes));
        return Fitted(encoder, rows, rows, held, network.ClassCount, observer: null) is var (fields, own)
            ? (fields, own, rows.Summary.Rows) : null;

        RowFeed Feed(SharedRows source, long budget) =>
            source.Feed(network.ClassCount, budget, channels: null, _options.CancellationToken);
    }
}

/// <summary>The outcome of one session of a training.</summary>
/// <param name="Epochs">How many have finished, those of earlier sessions included.</param>
/// <param name="IsResting">Whether epochs are left.</param>
/// <param name="Divergence">Why the training ended early; null if it did not diverge.</param>
/// <param name="CreateModel">The best so far; before the first epoch has finished, the initial weights.</param>
internal sealed record TrainingSessionResult(
    int Epochs, bool IsResting, string? Divergence, Func<SpikingPredictionTransformer> CreateModel);
