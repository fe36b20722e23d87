using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Neurons;

namespace Microsoft.ML.Spiking.Networks;

/// <summary>
/// Two paths from what arrives to what leaves, whose ends are added: the main path and the shortcut. A shortcut without
/// layers hands on what arrives. Both may hold neurons, and residual layers of their own, up to 32 inside one another.
/// </summary>
public sealed class ResidualLayer : Layer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="name">Unique within the network.</param>
    /// <param name="main">
    /// The layers of the main path in order; at least one. Their names too are unique in the network.
    /// </param>
    /// <param name="shortcut">The layers of the shortcut in order; none to hand on what arrives.</param>
    internal ResidualLayer(string name, IReadOnlyList<Layer> main, IReadOnlyList<Layer> shortcut) : base(name)
    {
        ArgumentNullException.ThrowIfNull(main);
        ArgumentNullException.ThrowIfNull(shortcut);
        Main = [.. main];
        Shortcut = [.. shortcut];
    }

    /// <summary>Gets the layers of the main path in order.</summary>
    public IReadOnlyList<Layer> Main { get; }

    /// <summary>Gets the layers of the shortcut in order.</summary>
    public IReadOnlyList<Layer> Shortcut { get; }

    internal override IEnumerable<Layer> Inner => Main.Concat(Shortcut);

    private protected override Signal OutputFor(Signal input)
    {
        if (Main.Count == 0)
        {
            throw Fault("has no layers in its main path.");
        }
        Signal main = Main.Aggregate(input, (signal, layer) => layer.Infer(signal));
        Signal shortcut = Shortcut.Aggregate(input, (signal, layer) => layer.Infer(signal));
        if (!Shapes.AreEqual(main.Shape, shortcut.Shape))
        {
            throw Fault(
                $"its main path ends in {main} and its shortcut in {shortcut}; only equal shapes can be added.");
        }
        return main with { Kind = main.IsConstant && shortcut.IsConstant ? SignalKind.Constant : SignalKind.Graded };
    }
}
