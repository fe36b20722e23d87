using static System.FormattableString;

namespace Microsoft.ML.Spiking;

/// <summary>The choices of <see cref="InspectionCatalog.SaveInspection"/>.</summary>
public sealed class InspectionOptions
{
    private const int MostChosenRows = 20;

    /// <summary>Gets or sets the page's title. Default "Spiking network".</summary>
    public string Title { get; set; } = "Spiking network";

    /// <summary>
    /// Gets or sets the most rows that firing rates and energy are measured on; at least 1. Results count all rows.
    /// Default 1,000.
    /// </summary>
    public int MaximumRows { get; set; } = 1000;

    /// <summary>
    /// Gets or sets the rows, from 0 in the data's order, whose spikes and potentials are drawn and whose predictions
    /// are explained; at most 20. Default 0.
    /// </summary>
    public IReadOnlyList<int> Rows { get; set; } = [0];

    /// <summary>
    /// Gets or sets the reports that <see cref="SpikingClifTrainer.Options.MetricsCallback"/> received, for the
    /// learning curve. Default none.
    /// </summary>
    public IReadOnlyList<EpochMetrics> Epochs { get; set; } = [];

    /// <summary>
    /// Gets or sets whether the gradients through time are measured, which needs libtorch. Default
    /// <see langword="true"/>; without libtorch the page says that they are missing.
    /// </summary>
    public bool HasGradients { get; set; } = true;

    /// <summary>
    /// Gets or sets how predictions are explained. Default <see cref="ExplanationMethod.Occlusion"/>.
    /// </summary>
    public ExplanationMethod Explanation { get; set; } = ExplanationMethod.Occlusion;

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">A value is out of its range; the message lists all of them.</exception>
    internal void Validate()
    {
        string?[] faults =
        [
            string.IsNullOrWhiteSpace(Title) ? $"{nameof(Title)} is empty; give the page a title." : null,
            MaximumRows < 1 ? Invariant($"{nameof(MaximumRows)} is {MaximumRows}; it must be at least 1.") : null,
            Rows is null || Rows.Count > MostChosenRows || Rows.Any(row => row < 0)
                ? Invariant($"{nameof(Rows)} must be at most {MostChosenRows} row numbers from 0.") : null,
            Epochs is null ? $"{nameof(Epochs)} is null; for none leave it empty." : null,
        ];
        string[] all = [.. faults.OfType<string>()];
        if (all.Length > 0)
        {
            throw new ArgumentException(string.Join(" ", all));
        }
    }
}
