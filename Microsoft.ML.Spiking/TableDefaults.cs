using Microsoft.ML.Spiking.Training.Loop;

namespace Microsoft.ML.Spiking;

/// <summary>Options whose defaults are others for tables; the set of those that the user chose.</summary>
[Flags]
internal enum TableOptions
{
    None = 0,
    Network = 1,
    BatchSize = 2,
    LearningRate = 4,
}

/// <summary>
/// The defaults of a training on a table by its number of rows: chosen on twelve tables together, by no table's name
/// (docs/tables.md).
/// </summary>
/// <param name="HiddenSizes">The layers of the <see cref="Mlp"/>.</param>
/// <param name="BatchSize">Rows of a step.</param>
/// <param name="LearningRate">The highest learning rate.</param>
/// <param name="InputDropout">The part of the fields' values that is dropped.</param>
/// <param name="Epochs">The most epochs, over which the learning rate falls.</param>
/// <param name="Patience">The epochs in a row that may bring no improvement on the rows held out.</param>
internal sealed record TableDefaults(IReadOnlyList<int> HiddenSizes, int BatchSize, double LearningRate,
    double InputDropout, int Epochs, int Patience)
{
    /// <summary>The rows beyond which the trainer's own defaults are better than the smaller, shorter ones.</summary>
    private const long MostRows = 8_000;

    private const double Visits = 76_800;
    private const int LeastEpochs = 12, MostEpochs = 60;

    /// <summary>Returns the defaults for a number of training rows, those held out included.</summary>
    public static TableDefaults For(long rows)
    {
        if (rows <= MostRows)
        {
            int epochs = (int)Math.Clamp(Math.Ceiling(Visits / rows), LeastEpochs, MostEpochs);
            return new([256, 256], BatchSize: 128, LearningRate: 0.003, InputDropout: 0.15, epochs, Patience: 8);
        }
        int most = TableTraining.Epochs(rows, SpikingClifTrainer.Defaults.BatchSize);
        return new(SpikingClifTrainer.Defaults.HiddenSizes, SpikingClifTrainer.Defaults.BatchSize,
            SpikingClifTrainer.Defaults.LearningRate, InputDropout: 0, most, TableTraining.Patience(most));
    }

    /// <summary>Returns a copy of options with these defaults in place of what was not chosen.</summary>
    public SpikingClifTrainer.Options Complete(SpikingClifTrainer.Options options)
    {
        TableOptions chosen = options.Chosen;
        SpikingClifTrainer.Options completed = options.Copy();
        if (!chosen.HasFlag(TableOptions.Network))
        {
            completed.Network = new Mlp(HiddenSizes);
        }
        if (!chosen.HasFlag(TableOptions.BatchSize))
        {
            completed.BatchSize = BatchSize;
        }
        completed.InputDropout ??= InputDropout;
        if (!chosen.HasFlag(TableOptions.LearningRate))
        {
            completed.LearningRate = LearningRate;
        }
        return completed;
    }
}
