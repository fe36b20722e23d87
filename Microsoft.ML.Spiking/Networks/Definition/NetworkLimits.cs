using static System.FormattableString;

namespace Microsoft.ML.Spiking.Networks.Definition;

/// <summary>
/// The largest network that a definition may describe. A definition may come from an untrusted file; every length,
/// buffer and index that is derived from it is bounded here before anything is allocated or planned.
/// </summary>
/// <remarks>
/// Together the limits keep every size that the executors compute below 2^31 (see <see cref="MostValues"/> and
/// <see cref="MostWorkingValues"/>), so that 32-bit indices suffice where they are fast; and they keep out what no
/// machine scores within minutes. The largest published networks stay far below: VGG-19 on images of 224x224 with ten
/// time steps has 3.2 million values at a step and 200 billion products.
/// </remarks>
internal static class NetworkLimits
{
    /// <summary>Time steps that an encoder makes; the range of the trainer's option.</summary>
    public const int MostTimeSteps = 1_000;

    /// <summary>Time steps that rows bring: their work is bounded by the rows' own size.</summary>
    public const int MostTimeStepsOfRows = 10_000;

    /// <summary>Classes; the trainer's limit for the keys of a label.</summary>
    public const int MostClasses = 1 << 20;

    /// <summary>Lengths of a shape.</summary>
    public const int MostDimensions = 8;

    /// <summary>Values of a row at one time step that pass between two layers: 128 MiB.</summary>
    public const long MostValues = 1L << 25;

    /// <summary>
    /// The same over all time steps: 1 GiB, the longest buffer of a scorer. VGG-11 on events of 128x128 takes 128
    /// steps.
    /// </summary>
    public const long MostValuesOfRow = 1L << 28;

    /// <summary>
    /// Values of an image with its padding, for the channels that a kernel sees. The kernel fits into such an image,
    /// and no stride that is taken leads out of it, so this bounds every index of a window.
    /// </summary>
    public const long MostWorkingValues = 1L << 26;

    /// <summary>Floats of working memory that a layer needs for a row: 1 GiB.</summary>
    public const long MostScratch = 1L << 28;

    /// <summary>
    /// Products and additions for a row over all layers and time steps, if every value is active: minutes of a
    /// processor, and twice those of ResNet-152 without its first pooling on images of 224x224 with ten steps.
    /// </summary>
    public const long MostProducts = 1L << 42;

    /// <summary>
    /// Values of one array of weights: one less than 2 GiB, the most that a .NET span of bytes holds.
    /// </summary>
    public const long MostWeights = (1L << 29) - 1;

    /// <summary>Layers, those inside residual layers included.</summary>
    public const int MostLayers = 4_096;

    /// <summary>Residual layers inside one another.</summary>
    public const int MostNesting = 32;

    /// <summary>Characters of a layer's name.</summary>
    public const int LongestName = 128;

    /// <summary>Checks that the layers of a network fit and returns the signal that leaves the last.</summary>
    /// <exception cref="NetworkDefinitionException">
    /// A layer does not fit, or is too large; the message names it.
    /// </exception>
    public static Signal Check(NetworkDefinition network)
    {
        long steps = network.TimeSteps;
        long row = Shapes.Product(Shapes.LongSize(network.InputShape), network.InputSignal.IsConstant ? 1 : steps);
        if (row > MostValuesOfRow)
        {
            throw new NetworkDefinitionException(Invariant($"A row has {row:N0} values over {steps:N0} time steps; ") +
                Invariant($"at most {MostValuesOfRow:N0} are possible. Lower the number of time steps or the size ") +
                "of the rows.");
        }
        long products = 0;
        Signal signal = network.InputSignal;
        for (int i = 0; i < network.Layers.Count; i++)
        {
            signal = Check(network.Layers[i], signal, network.TimeSteps, ref products);
        }
        return signal;
    }

    private static Signal Check(Layer layer, Signal input, int timeSteps, ref long products)
    {
        Signal output = layer.Infer(input);
        CheckInner(layer, input, timeSteps, ref products);
        long values = Shapes.Product(output.Size, output.StepsOf(timeSteps));
        LayerCost cost = layer.CostOf(input, output, input.StepsOf(timeSteps));
        products = Shapes.Sum(products, cost.Products);
        string? fault = values > MostValuesOfRow
                ? Invariant($"gives {values:N0} values for a row over {timeSteps:N0} time steps; at most ") +
                    Invariant($"{MostValuesOfRow:N0} are possible")
            : cost.Scratch > MostScratch
                ? Invariant($"needs {cost.Scratch:N0} floats of working memory for a row; at most {MostScratch:N0} ") +
                    "are possible"
            : products > MostProducts
                ? Invariant($"brings the network to {products:N0} products for a row; at most {MostProducts:N0} are ") +
                    "possible"
            : null;
        return fault is null
            ? output
            : throw new NetworkDefinitionException($"Layer '{Quotation.Of(layer.Name)}': {fault}. " +
                "Lower the number of time steps, the layer's size, or that of what arrives at it.");
    }

    private static void CheckInner(Layer layer, Signal input, int timeSteps, ref long products)
    {
        if (layer is not ResidualLayer residual)
        {
            return;
        }
        foreach (IReadOnlyList<Layer> path in new[] { residual.Main, residual.Shortcut })
        {
            Signal signal = input;
            for (int i = 0; i < path.Count; i++)
            {
                signal = Check(path[i], signal, timeSteps, ref products);
            }
        }
    }
}

/// <summary>The cost of a layer for a row, in 64 bits; at most <see cref="long.MaxValue"/>.</summary>
/// <param name="Products">Products and additions over all time steps.</param>
/// <param name="Scratch">Floats of working memory, as far as they grow with the layer: no executor needs more.</param>
internal readonly record struct LayerCost(long Products, long Scratch);
