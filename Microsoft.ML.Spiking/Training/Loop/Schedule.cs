namespace Microsoft.ML.Spiking.Training.Loop;

/// <summary>
/// The learning rate of each step: a linear rise from 0 over the warm-up, then constant or half a cosine down to 0.
/// </summary>
/// <remarks>
/// It changes with every step. The CLIF authors' code changes it after every epoch, which over their 200 epochs makes
/// no difference; over few epochs the smooth form ends nearer to 0 and trains better. Source of the cosine: Loshchilov
/// and Hutter, "SGDR", ICLR 2017.
/// </remarks>
internal sealed class Schedule
{
    private readonly LearningRateSchedule _kind;
    private readonly double _learningRate;
    private readonly double _warmupSteps;
    private readonly long _totalSteps;

    /// <param name="kind">The shape after the warm-up.</param>
    /// <param name="learningRate">The highest learning rate.</param>
    /// <param name="warmupEpochs">Length of the warm-up; 0 for none, fractions allowed.</param>
    /// <param name="epochs">Length of the training.</param>
    /// <param name="stepsPerEpoch">Optimizer steps in an epoch.</param>
    public Schedule(LearningRateSchedule kind, double learningRate, double warmupEpochs, int epochs, long stepsPerEpoch)
    {
        _kind = kind;
        _learningRate = learningRate;
        _totalSteps = Math.Max(1, epochs * stepsPerEpoch);
        _warmupSteps = Math.Clamp(warmupEpochs * stepsPerEpoch, 0, _totalSteps);
    }

    /// <summary>Returns the learning rate of a step, counted from 0.</summary>
    public double At(long step)
    {
        if (step + 1 < _warmupSteps)
        {
            return _learningRate * (step + 1) / _warmupSteps;
        }
        if (_kind == LearningRateSchedule.Constant)
        {
            return _learningRate;
        }
        // Progress is taken at the step's beginning, so the first step has the full rate and the last is still above 0.
        double progress = (step - _warmupSteps) / Math.Max(1, _totalSteps - _warmupSteps);
        return _learningRate * 0.5 * (1 + Math.Cos(Math.PI * Math.Clamp(progress, 0, 1)));
    }
}

/// <summary>The length of a training.</summary>
/// <param name="Epochs">Passes over the rows.</param>
/// <param name="Rows">Rows of an epoch, at least 1.</param>
/// <param name="BatchSize">Rows of a full batch, at most <paramref name="Rows"/>.</param>
/// <param name="GradientAccumulation">Batches of a full step.</param>
internal readonly record struct TrainingLength(int Epochs, long Rows, int BatchSize, int GradientAccumulation)
{
    /// <summary>Gets the number of batches in an epoch; the last may be smaller.</summary>
    public long Batches => (Rows + BatchSize - 1) / BatchSize;

    /// <summary>Gets the number of steps in an epoch; the last may have fewer batches.</summary>
    public long Steps => (Batches + GradientAccumulation - 1) / GradientAccumulation;
}

/// <summary>
/// The default number of epochs: enough to see about 250,000 rows, but at least 10 and at most 100. Measured on tables
/// and images from 150 to 60,000 rows (docs/defaults.md).
/// </summary>
internal static class AutomaticEpochs
{
    public const int Least = 10;
    public const int Most = 100;
    private const double Visits = 250_000;

    /// <summary>Returns the number of epochs for a number of training rows.</summary>
    public static int For(long rows) => (int)Math.Clamp(Math.Ceiling(Visits / rows), Least, Most);
}

/// <summary>
/// The length of a training on a table that measures itself on rows held out (docs/tables.md): a number of optimizer
/// steps, and the end as soon as a fifth of the epochs brought no improvement.
/// </summary>
internal static class TableTraining
{
    /// <summary>The largest temperature of calibration, and its inverse the smallest.</summary>
    public const double MostCalibration = 4;

    private const double Steps = 2_000;
    private const int LeastEpochs = 15, MostEpochs = 60, LeastPatience = 6;

    /// <summary>Returns the most epochs for a number of training rows.</summary>
    public static int Epochs(long rows, int batchSize) => (int)Math.Clamp(
        Math.Ceiling(Steps / Math.Ceiling(rows / (double)batchSize)), LeastEpochs, MostEpochs);

    /// <summary>Returns the epochs in a row that may bring no improvement.</summary>
    public static int Patience(int epochs) => Math.Max(LeastPatience, epochs / 5);
}

/// <summary>The rule that ends a training which no longer improves on the validation rows.</summary>
/// <param name="patience">Epochs in a row that may pass without a new best one; null for no limit.</param>
internal sealed class EarlyStopping(int? patience)
{
    /// <summary>Returns whether that many epochs have passed since the best one.</summary>
    /// <param name="finished">Epochs that have ended.</param>
    /// <param name="best">The best of them; null before the first has ended.</param>
    public bool IsDue(int finished, KeptWeights? best) => best is not null && finished - best.Epoch >= patience;
}
