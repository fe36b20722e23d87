using System.Diagnostics.CodeAnalysis;
using Microsoft.ML.Spiking.Analysis;
using Microsoft.ML.Spiking.MLNetInternals.Access;
using Microsoft.ML.Spiking.MLNetInternals.Schema;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Numerics.Threading;
using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Loop;
using Microsoft.ML.Spiking.Training.Tables;
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

    /// <summary>
    /// Returns the fields and the encoder that makes them; null where there would be many and the user did not ask for
    /// them.
    /// </summary>
    /// <param name="encoder">The encoder; null for none.</param>
    /// <param name="feed">All training rows, also those that are held out: of them the fields alone are fitted.</param>
    /// <param name="train">The rows that are trained on.</param>
    /// <param name="held">The rows that are not, or those of validation; null for none.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="observer">Receives whether there are leaves of trees, and why.</param>
    private (PopulationConstants Fields, PopulationEncoder Encoder)? Fitted(PopulationEncoder? encoder, RowFeed feed,
        RowFeed train, RowFeed? held, int classes, ChannelObserver? observer)
    {
        if (encoder is null)
        {
            return null;
        }
        var rows = RowSample.Of(feed, FixedSeed);
        RowSample trainRows = ReferenceEquals(feed, train) ? rows : RowSample.Of(train, FixedSeed);
        if (_options.IsEncoderChosen)
        {
            TreeConstants? leaves = encoder.Trees == 0 ? null
                : BoostedTrees.Fit(trainRows, classes, encoder.Trees, Team(), _options.CancellationToken).Leaves();
            if (encoder.Trees > 0 && leaves is null)
            {
                observer?.Warning(Invariant($"{nameof(PopulationEncoder)}.{nameof(encoder.Trees)} is ") +
                    Invariant($"{encoder.Trees}, but no tree finds a split that helps and leaves at least ") +
                    Invariant($"{BoostedTree.LeastRows} rows on each side: the network has no leaves of trees."));
            }
            return (leaves is null ? PopulationConstants.Of(rows, feed.Summary, encoder.Fields)
                : PopulationConstants.Of(rows, feed.Summary, encoder.Fields, leaves), encoder);
        }
        bool isSmall = TableDefaults.IsSmall(feed.Summary.Rows);
        int wanted = WantedFields(feed.Summary.Rows, hasLeaves: false);
        foreach (int fields in new[] { wanted, Math.Min(wanted, Defaults.Fields) }.Distinct())
        {
            PopulationConstants fitted = PopulationConstants.Of(rows, feed.Summary, fields);
            if (fitted.Scale.Length > Defaults.MostTableFields)
            {
                continue;
            }
            if (held is null || TreeChoice.Of(trainRows, RowSample.Of(held, FixedSeed), classes, fitted, isSmall,
                FixedSeed, message => observer?.Info(message), Team(), _options.CancellationToken) is not { } trees)
            {
                return (fitted, new(fields));
            }
            int beside = Math.Min(fields, WantedFields(feed.Summary.Rows, hasLeaves: true));
            return (PopulationConstants.Of(rows, feed.Summary, beside, trees),
                new PopulationEncoder(beside) { Trees = TreeChoice.TreesFor(isSmall, classes) });
        }
        return null;
    }

    private int WantedFields(long rows, bool hasLeaves) =>
        _options.TableFields ?? TableDefaults.For(rows, hasLeaves).Fields;

    // Without libtorch, which is not loaded yet.
    private ThreadPoolTeam Team() => new(_options.NumberOfThreads ?? Environment.ProcessorCount);

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
        NetworkDefinition network, TrainingColumns columns, RowLayout layout, IRowSource rows, IRowSource? validation,
        ChannelObserver observer)
    {
        PopulationEncoder? encoder = Population(columns, layout);
        bool mayHoldOut = validation is null && MayHoldOut(layout);
        if (encoder is null && !mayHoldOut)
        {
            return new(network, rows, HeldOut: null, Settings(layout, _options));
        }
        RowFeed feed = UsableRows.Open(
            rows, "training", network, _options.MemoryBudget ?? DefaultBudget, observer, _options.CancellationToken);
        (StoredRows Train, StoredRows HeldOut)? split = mayHoldOut ? HoldOut(feed, observer) : null;
        PopulationConstants? fields = Fitted(encoder, feed, split is var (own, _) ? Feed(own) : feed,
            !IsTable(layout) ? null : Feed(split?.HeldOut ?? validation), network.ClassCount, observer)?.Fields;
        TableDefaults? table = fields is not null && IsTable(layout)
            ? TableDefaults.For(feed.Summary.Rows, hasLeaves: fields.Trees is not null) : null;
        Options options = table?.Complete(_options) ?? _options;
        TrainingSettings settings = Settings(layout, options) with { Population = fields };
        if (fields is not null)
        {
            network = Bind(columns, layout, fields, options);
        }
        if (split is var (train, heldOut))
        {
            if (IsTable(layout))
            {
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

        [return: NotNullIfNotNull(nameof(source))]
        RowFeed? Feed(IRowSource? source) => source is null ? null
            : RowFeed.Open(source, network.ClassCount,
                Math.Max(0, (_options.MemoryBudget ?? DefaultBudget) - feed.Bytes), _options.CancellationToken);
    }

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
        var fit = TemperatureFit.Of(
            ScoredLabels.Of(network, weights, new(Rows(heldOut), Classes: null)), TableTraining.MostCalibration);
        observer.Info(Invariant($"The scores are calibrated by the temperature {fit.Temperature:0.00}: a log loss ") +
            Invariant($"of {fit.LogLossBefore:0.000} becomes {fit.LogLossAfter:0.000} on the rows held out."));
        return TemperatureFit.Divide(network, weights, fit.Temperature);

        static IEnumerable<AnalysisRow> Rows(IRowSource source)
        {
            float[] features = new float[source.FeatureCount];
            using IRowCursor cursor = source.Open();
            for (long row = 0; cursor.MoveNext(); row++)
            {
                RowStore.Densify(cursor.Values, cursor.Indices, cursor.IsDense, features);
                yield return new(row, features, cursor.Label, cursor.Weight);
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
