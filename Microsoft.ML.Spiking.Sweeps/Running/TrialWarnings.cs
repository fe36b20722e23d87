using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.Sweeps.Running;

/// <summary>
/// The warnings of a sweep's trainings: one that many trials have, such as that of a silent layer, is logged for the
/// first of them and counted for the others.
/// </summary>
/// <param name="warn">Logs a warning.</param>
internal sealed partial class TrialWarnings(Action<string> warn)
{
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<int, bool>> _trials =
        new(StringComparer.Ordinal);

    /// <summary>Takes a warning of a trial's training.</summary>
    public void Add(int trial, string message)
    {
        string kind = KindOf(message);
        var first = new ConcurrentDictionary<int, bool> { [trial] = true };
        ConcurrentDictionary<int, bool> trials = _trials.GetOrAdd(kind, first);
        if (ReferenceEquals(trials, first))
        {
            warn(Invariant($"Trial {trial}: {message} Other trials with this warning are counted at the end."));
        }
        trials[trial] = true;
    }

    /// <summary>Returns whether a trial had a warning of this kind.</summary>
    public bool Has(string message) => _trials.ContainsKey(KindOf(message));

    /// <summary>Logs, for each warning that more trials had, how many.</summary>
    public void Finish()
    {
        foreach ((string kind, ConcurrentDictionary<int, bool> trials) in _trials.Where(pair => pair.Value.Count > 1))
        {
            warn(Invariant($"{trials.Count} trials had a warning of this kind: {kind}"));
        }
    }

    // The same sentence with other names and numbers is the same warning.
    private static string KindOf(string message) => NamesAndNumbers().Replace(message, "...");

    [GeneratedRegex(@"'[^']*'|[0-9][0-9.,E+-]*(?<![.,])")]
    private static partial Regex NamesAndNumbers();
}
