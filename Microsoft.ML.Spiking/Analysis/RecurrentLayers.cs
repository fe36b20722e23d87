using Microsoft.ML.Spiking.Networks;

namespace Microsoft.ML.Spiking.Analysis;

/// <summary>The refusal of networks with recurrent layers where a report would leave these out.</summary>
internal static class RecurrentLayers
{
    /// <summary>Refuses a network with a recurrent layer.</summary>
    /// <param name="network">The network.</param>
    /// <param name="what">What is not known of such layers, as the beginning of a sentence.</param>
    /// <exception cref="InvalidOperationException">It has one; the message names the layer.</exception>
    public static void Refuse(NetworkDefinition network, string what)
    {
        if (network.AllLayers.FirstOrDefault(other => other.IsRecurrent) is Layer layer)
        {
            throw new InvalidOperationException(
                $"{what} not known of networks with recurrent layers, and layer '{layer.Name}' is a " +
                $"{layer.GetType().Name}.");
        }
    }
}
