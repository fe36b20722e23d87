using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Networks.Plans;


namespace Microsoft.ML.Spiking.Networks;

/// <summary>A <see cref="ResidualLayer"/>: a main path and a shortcut, whose ends are added.</summary>
public sealed record ResidualPlan : LayerPlan
{
    /// <summary>Creates the plan.</summary>
    /// <param name="main">The main path; at least one layer.</param>
    /// <param name="shortcut">The shortcut; without layers it hands on what arrives.</param>
    public ResidualPlan(IReadOnlyList<LayerPlan> main, IReadOnlyList<LayerPlan> shortcut)
    {
        ArgumentNullException.ThrowIfNull(main);
        ArgumentNullException.ThrowIfNull(shortcut);
        Main = [.. main];
        Shortcut = [.. shortcut];
    }

    /// <summary>The main path.</summary>
    public IReadOnlyList<LayerPlan> Main { get; }

    /// <summary>The shortcut.</summary>
    public IReadOnlyList<LayerPlan> Shortcut { get; }

    /// <inheritdoc/>
    public bool Equals(ResidualPlan? other) =>
        other is not null && Main.SequenceEqual(other.Main) && Shortcut.SequenceEqual(other.Shortcut);

    /// <inheritdoc/>
    public override int GetHashCode() => Main.Concat(Shortcut).Aggregate(17, HashCode.Combine);

    internal override Layer Bind(Signal input, LayerComposer composer)
    {
        string name = composer.Name("residual");
        return new ResidualLayer(name, composer.Bind(Main, input, out _), composer.Bind(Shortcut, input, out _));
    }
}
