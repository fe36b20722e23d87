using Microsoft.ML.Spiking.Analysis;
using Microsoft.ML.Spiking.MLNetInternals.Access;
using Microsoft.ML.Spiking.MLNetInternals.Schema;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Loop;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using static System.FormattableString;

namespace Microsoft.ML.Spiking;

// What the rows decide: receptive fields, rows that are held out, the length of the training.
public sealed partial class SpikingClifTrainer
{
    /// <summary>A training whose network and rows are known.</summary>
    /// <param name="Network">The network, with receptive fields fitted where it has some.</param>
    /// <param name="Rows">The training rows, without those held out.</param>
    /// <param name="HeldOut">The rows held out; null for none.</param>
    /// <param name="Settings">Everything else.</param>
    private sealed record PreparedTraining(
        NetworkDefinition Network, IRowSource Rows, IRowSource? HeldOut, TrainingSettings Settings);

    private bool IsTable(RowLayout layout) => _options.Epochs is null && IsVector(layout);

    private static bool IsVector(RowLayout layout) => layout.StepShape.Count == 1 && layout.TimeSteps is null;

    private PopulationEncoder? Population(TrainingColumns columns, RowLayout layout) =>
        _options.Encoder is PopulationEncoder chosen ? chosen
            : !_options.IsEncoderChosen && _options.Network is Mlp && IsVector(layout)
                && _options.InputNormalization is FeatureNormalization
                && columns.FeatureCount <= Defaults.MostTableFeatures
                && (_options.TableFields ?? (IsTable(layout) ? Defaults.Fields : 0)) is > 0 and int fields
            ? new PopulationEncoder(fields)
            : null;

    /// <summary>Returns the fields; null where there would be many and the user did not ask for them.</summary>
    private PopulationConstants? Fields(PopulationEncoder? encoder, RowFeed feed)
    {
        PopulationConstants? fields = encoder is null ? null
            : PopulationConstants.Of(feed, encoder.Fields, FixedSeed);
        return _options.IsEncoderChosen || fields?.Scale.Length <= Defaults.MostTableFields ? fields : null;
    }

    /// <summary>Returns whether the trainer may hold rows out where it is given none to validate on.</summary>
    private bool MayHoldOut(RowLayout layout) => _options.ValidationFraction is { } share ? share > 0 : IsTable(layout);

    private static void CheckEncoder(InputEncoder encoder, RowLayout layout)
    {
        if (encoder is PopulationEncoder && !IsVector(layout))
        {
            throw new NetworkDefinitionException($"A {nameof(PopulationEncoder)} takes vectors, and the rows have " +
                $"the shape [{string.Join(", ", layout.StepShape)}]; use the {nameof(DirectEncoder)}.");
        }
    }

    private PreparedTraining Prepare(
        NetworkDefinition network, TrainingColumns columns, RowLayout layout, IRowSource rows, bool hasValidation,
        ChannelObserver observer)
    {
        PopulationEncoder? encoder = Population(columns, layout);
        bool mayHoldOut = !hasValidation && MayHoldOut(layout);
        if (encoder is null && !mayHoldOut)
        {
            return new(network, rows, HeldOut: null, Settings(layout, _options));
        }
        RowFeed feed = UsableRows.Open(
            rows, "training", network, _options.MemoryBudget ?? DefaultBudget, observer, _options.CancellationToken);
        PopulationConstants? fields = Fields(encoder, feed);
        Options options = fields is null ? _options : ForTable(layout, feed.Summary.Rows);
        TrainingSettings settings = Settings(layout, options) with { Population = fields };
        if (fields is not null)
        {
            network = Bind(columns, layout, fields.Fields, options);
        }
        if (mayHoldOut && HoldOut(feed, observer) is var (train, heldOut))
        {
            if (IsTable(layout))
            {
                TableDefaults? table = fields is null ? null : TableDefaults.For(feed.Summary.Rows);
                int epochs = table?.Epochs ?? TableTraining.Epochs(train.Rows.Length, settings.BatchSize);
                settings = settings with
                {
                    Epochs = epochs,
                    ValidationMetric = _options.IsMetricChosen ? settings.ValidationMetric : ValidationMetric.Loss,
                    EarlyStoppingPatience = settings.EarlyStoppingPatience
                        ?? table?.Patience ?? TableTraining.Patience(epochs),
                };
            }
            return new(network, train, heldOut, settings);
        }
        return new(network, feed is CachedFeed cached ? StoredRows.All(cached) : rows, HeldOut: null, settings);
    }

    /// <summary>Returns the options with the defaults of a table in place of what was not chosen.</summary>
    private Options ForTable(RowLayout layout, long rows) =>
        IsTable(layout) ? TableDefaults.For(rows).Complete(_options) : _options;

    // Rows that are held out, and those that fields are fitted on, are the same when a training is resumed.
    private int FixedSeed => _isSeedGiven ? _seed : 0;

    private (StoredRows Train, StoredRows HeldOut)? HoldOut(RowFeed feed, ChannelObserver observer)
    {
        double share = _options.ValidationFraction ?? Defaults.ValidationFraction;
        string option = nameof(Options.ValidationFraction);
        if (_options.ValidationFraction is null && feed.Summary.Rows < Defaults.LeastRowsToHoldOut)
        {
            observer.Info(Invariant($"With {feed.Summary.Rows} rows none are held out; set {option} to do so."));
            return null;
        }
        if (feed is not CachedFeed cached)
        {
            observer.Warning("No rows are held out, because the training rows do not fit into the memory budget: " +
                $"give validation data, or raise {nameof(Options.MemoryBudget)}.");
            return null;
        }
        if (StoredRows.HoldOut(cached, share, FixedSeed) is not var (train, heldOut))
        {
            observer.Warning(Invariant($"{option} is {share}, but of the {feed.Summary.Rows} rows that holds out ") +
                "none, or leaves none to train on: no rows are held out.");
            return null;
        }
        observer.Info(Invariant($"{heldOut.Rows.Length} of the {feed.Summary.Rows} training rows are held out: they ") +
            $"choose the epoch and calibrate the scores. Set {option} to 0 to train on all rows.");
        return (train, heldOut);
    }

    /// <summary>Divides the logits by the temperature that suits the rows held out.</summary>
    private static NetworkWeights Calibrate(
        NetworkDefinition network, NetworkWeights weights, IRowSource heldOut, ChannelObserver observer)
    {
        if (network.Layers[^1] is not WeightedLayer)
        {
            return weights;
        }
        TemperatureFit fit =
            TemperatureFit.Of(ScoredLabels.Of(network, weights, new(Rows(heldOut), Classes: null)));
        double temperature = Math.Clamp(fit.Temperature, 1 / TableTraining.MostCalibration,
            TableTraining.MostCalibration);
        observer.Info(Invariant($"The scores are calibrated by the temperature {temperature:0.00}: a log loss of ") +
            Invariant($"{fit.LogLossBefore:0.000} becomes {fit.LogLossAfter:0.000} on the rows held out."));
        return TemperatureFit.Divide(network, weights, temperature);

        static IEnumerable<AnalysisRow> Rows(IRowSource source)
        {
            float[] features = new float[source.FeatureCount];
            using IRowCursor cursor = source.Open();
            for (long row = 0; cursor.MoveNext(); row++)
            {
                RowStore.Densify(cursor.Values, cursor.Indices, cursor.IsDense, features);
                yield return new(row, features, cursor.Label);
            }
        }
    }

    /// <summary>
    /// The defaults that <see cref="Options"/> shares with the catalog's short overload and with the options of sweeps.
    /// </summary>
    internal static class Defaults
    {
        public const int Fields = 8;
        public const int MostTableFeatures = 512;
        public const int MostTableFields = 2_048;
        public const double ValidationFraction = 0.1;
        public const long LeastRowsToHoldOut = 300;
        public const int TimeSteps = 4;
        public const int BatchSize = 64;
        public const double LearningRate = 0.002;
        public const double WeightDecay = 1e-4;
        public const double Momentum = 0.9;
        public const double Dropout = 0.2;
        public static readonly IReadOnlyList<int> HiddenSizes = [512, 512];
    }
}
