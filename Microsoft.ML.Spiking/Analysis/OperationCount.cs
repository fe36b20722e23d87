using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Neurons;

namespace Microsoft.ML.Spiking.Analysis;

/// <summary>
/// The operations of a layer with weights for one row, with the sizes that its memory accesses depend on.
/// </summary>
/// <param name="Layer">The layer.</param>
/// <param name="Input">The arriving signal.</param>
/// <param name="Output">The leaving signal.</param>
/// <param name="Products">The dense products of one step.</param>
/// <param name="Steps">The steps at which it runs.</param>
/// <param name="Active">The share of its inputs that are not 0, over those steps.</param>
internal sealed record OperationCount(WeightedLayer Layer, Signal Input, Signal Output, double Products, int Steps,
    double Active)
{
    /// <summary>Gets the products that an active input takes part in, padding included.</summary>
    public double FanOut => Products / Input.Size;

    /// <summary>Gets the active inputs of all steps.</summary>
    public double ActiveInputs => Input.Size * Active * Steps;

    /// <summary>Gets the accumulates: of spikes alone.</summary>
    public double Accumulates => Input.Kind == SignalKind.Spikes ? Products * Active * Steps : 0;

    /// <summary>Gets the multiply-accumulates: of all other values.</summary>
    public double MultiplyAccumulates => Input.Kind == SignalKind.Spikes ? 0 : Products * Active * Steps;

    /// <summary>Gets the number of weights and biases.</summary>
    public double Parameters => Layer.Parameters.Sum(spec => (double)spec.Size);

    /// <summary>Returns the counts of a network's layers in their order.</summary>
    /// <param name="network">The network.</param>
    /// <param name="activity">The share of values that are not 0 among those that arrive at a layer.</param>
    public static IReadOnlyList<OperationCount> Of(NetworkDefinition network, Func<Layer, double> activity) =>
    [
        .. from signals in LayerSignals.Of(network)
           where signals.Layer is WeightedLayer
           let layer = (WeightedLayer)signals.Layer
           select new OperationCount(layer, signals.Input, signals.Output, ProductsOf(layer, signals.Output),
               signals.Input.StepsOf(network.TimeSteps), signals.Input.IsConstant ? 1 : activity(layer)),
    ];

    /// <summary>Returns the products of a layer at one step.</summary>
    private static double ProductsOf(WeightedLayer layer, Signal output) => (double)output.Size * layer.FanIn;
}

/// <summary>The updates of a layer of neurons for one row.</summary>
/// <param name="Neurons">The number of neurons.</param>
/// <param name="Updates">Neurons times steps.</param>
/// <param name="Spikes">The spikes of all steps.</param>
internal sealed record NeuronUpdates(double Neurons, double Updates, double Spikes)
{
    /// <summary>Returns those of a network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="rateOf">The firing rate of a layer of neurons.</param>
    public static IReadOnlyList<NeuronUpdates> Of(NetworkDefinition network, Func<Layer, double> rateOf) =>
    [
        .. from signals in LayerSignals.Of(network)
           where signals.Layer is NeuronLayer
           let updates = (double)signals.Output.Size * network.TimeSteps
           select new NeuronUpdates(signals.Output.Size, updates, updates * rateOf(signals.Layer)),
    ];
}
