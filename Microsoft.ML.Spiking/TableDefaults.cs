namespace Microsoft.ML.Spiking;

/// <summary>Options whose defaults are others for tables; the set of those that the user chose.</summary>
[Flags]
internal enum TableOptions
{
    None = 0,
    Network = 1,
    BatchSize = 2,
    LearningRate = 4,
    Loss = 8,
    TimeSteps = 16,
}

/// <summary>
/// The defaults of a training on a table, by its number of rows and whether leaves of trees are inputs: chosen on
/// twelve tables together, by no table's name (docs/tables.md).
/// </summary>
/// <param name="Fields">The most receptive fields of a feature.</param>
/// <param name="InputDropout">The part of the fields' values that is dropped.</param>
/// <param name="HasLossOfMean">
/// Whether the loss is that of the steps' mean logits, with less of the squared error, instead of each step's.
/// </param>
/// <param name="Neurons">Those of the one hidden layer.</param>
/// <param name="LearningRate">The highest learning rate.</param>
/// <param name="Epochs">The most epochs, over which the learning rate falls.</param>
/// <param name="Patience">The epochs in a row that may bring no improvement on the rows held out.</param>
internal sealed record TableDefaults(
    int Fields, double InputDropout, bool HasLossOfMean, int Neurons, double LearningRate, int Epochs, int Patience)
{
    /// <summary>Rows of a step.</summary>
    public const int BatchSize = 128;

    /// <summary>T.</summary>
    public const int TimeSteps = 3;

    /// <summary>The share of the squared error in the loss of the mean logits.</summary>
    public const double MeanLossLambda = 0.01;

    /// <summary>The rows up to which few fields and the loss of each step are better.</summary>
    private const long FewRows = 8_000;

    /// <summary>Returns the defaults of a table.</summary>
    /// <param name="rows">Its training rows, those held out included.</param>
    /// <param name="hasLeaves">
    /// Whether leaves of trees are inputs. They are combinations of features already: fewer neurons and a lower rate
    /// make the most of them.
    /// </param>
    public static TableDefaults For(long rows, bool hasLeaves)
    {
        const int fewFields = SpikingClifTrainer.Defaults.Fields;
        if (IsSmall(rows))
        {
            int epochs = EpochsOf(rows, visits: 60_000, least: 17, most: 60);
            return hasLeaves
                ? new(fewFields, InputDropout: 0.15, HasLossOfMean: false, Neurons: 256, LearningRate: 0.002, epochs,
                    Patience: 5)
                : new(fewFields, InputDropout: 0.15, HasLossOfMean: false, Neurons: 512, LearningRate: 0.003, epochs,
                    Patience: 5);
        }
        int longer = EpochsOf(rows, visits: 400_000, least: 15, most: 30);
        return hasLeaves
            ? new(fewFields, InputDropout: 0.3, HasLossOfMean: true, Neurons: 256, LearningRate: 0.001, longer,
                Patience: 6)
            : new(Fields: 16, InputDropout: 0.1, HasLossOfMean: true, Neurons: 512, LearningRate: 0.003, longer,
                Patience: 6);
    }

    /// <summary>Returns whether a table of that many rows counts as a small one.</summary>
    public static bool IsSmall(long rows) => rows <= FewRows;

    /// <summary>Returns a copy of options with these defaults in place of what was not chosen.</summary>
    public SpikingClifTrainer.Options Complete(SpikingClifTrainer.Options options)
    {
        TableOptions chosen = options.Chosen;
        SpikingClifTrainer.Options completed = options.Copy();
        if (!chosen.HasFlag(TableOptions.Network))
        {
            completed.Network = new Mlp(Neurons);
        }
        if (!chosen.HasFlag(TableOptions.BatchSize))
        {
            completed.BatchSize = BatchSize;
        }
        if (!chosen.HasFlag(TableOptions.TimeSteps))
        {
            completed.TimeSteps = TimeSteps;
        }
        completed.InputDropout ??= InputDropout;
        if (!chosen.HasFlag(TableOptions.LearningRate))
        {
            completed.LearningRate = LearningRate;
        }
        if (HasLossOfMean && !chosen.HasFlag(TableOptions.Loss))
        {
            (completed.LossLambda, completed.LossOfMean) = (MeanLossLambda, true);
        }
        return completed;
    }

    private static int EpochsOf(long rows, double visits, int least, int most) =>
        (int)Math.Clamp(Math.Ceiling(visits / rows), least, most);
}
