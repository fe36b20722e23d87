using Microsoft.ML.Spiking.Conversion;
using Microsoft.ML.Spiking.Networks;

namespace Microsoft.ML.Spiking;

public sealed partial class SpikingClifTrainer
{
    /// <summary>Refuses options that layers of the network exclude, and conversions that it does not allow.</summary>
    /// <exception cref="NetworkDefinitionException">The message names the layer and the option.</exception>
    private void CheckNetwork(NetworkDefinition network)
    {
        if (_options.Conversion is { } conversion)
        {
            NetworkConverter.Check(network, conversion);
        }
        foreach (Layer layer in network.AllLayers.Where(layer => layer is RecurrentLayer or GatedRecurrentLayer))
        {
            bool isGated = layer is GatedRecurrentLayer;
            string? excluded = _options.GradientHorizon is not null ? nameof(Options.GradientHorizon)
                : isGated && _options.ActivationCheckpointing ? nameof(Options.ActivationCheckpointing)
                : isGated && _options.CudaDevices is { Count: > 1 } ? nameof(Options.CudaDevices)
                : null;
            if (excluded is not null)
            {
                throw new NetworkDefinitionException($"Layer '{layer.Name}' is a {layer.GetType().Name}, which " +
                    $"excludes {excluded}: leave that option at its default.");
            }
        }
    }

    // The options as the trainer takes them over: checked and copied.
    public sealed partial class Options
    {
        /// <summary>Checks every value.</summary>
        /// <exception cref="ArgumentException">
        /// At least one value is out of its range; the message lists all of them.
        /// </exception>
        public void Validate()
        {
            string[] faults = [.. OptionsValidation.Faults(this)];
            if (faults.Length > 0)
            {
                throw new ArgumentException(faults.Length == 1
                    ? $"The options of {nameof(SpikingCatalog.SpikingClif)} have a fault: {faults[0]}"
                    : $"The options of {nameof(SpikingCatalog.SpikingClif)} have {faults.Length} faults: " +
                        string.Join(" ", faults.Select((fault, i) => $"({i + 1}) {fault}")));
            }
        }

        /// <summary>Returns the options of the catalogs' short overloads.</summary>
        internal static Options Of(
            string label, string features, string? exampleWeight, IReadOnlyList<int>? hiddenSizes, int timeSteps,
            int? epochs, int batchSize, double learningRate) =>
            new()
            {
                LabelColumnName = label,
                FeatureColumnName = features,
                ExampleWeightColumnName = exampleWeight,
                Network = new Mlp(hiddenSizes ?? Defaults.HiddenSizes),
                TimeSteps = timeSteps,
                Epochs = epochs,
                BatchSize = batchSize,
                LearningRate = learningRate,
            };

        internal Options Copy()
        {
            var copy = (Options)MemberwiseClone();
            copy.ClassWeights = ClassWeights is null ? null : [.. ClassWeights];
            copy.InputShape = InputShape is null ? null : [.. InputShape];
            copy.CudaDevices = CudaDevices is null ? null : [.. CudaDevices];
            return copy;
        }
    }
}
