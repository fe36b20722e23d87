namespace Microsoft.ML.Spiking.Sweeps.Tests;

/// <summary>The parts of a sweep's result that must not depend on who ran it, and when.</summary>
internal static class Summaries
{
    public static string Of(SweepResult result) => string.Join('\n', result.Trials.Select(trial =>
        $"{trial.Number} {trial.State} {string.Join(' ', trial.Values)} " +
        string.Join(' ', trial.Epochs.Select(epoch => $"{epoch.Score:R}/{epoch.Loss:R}"))));
}
