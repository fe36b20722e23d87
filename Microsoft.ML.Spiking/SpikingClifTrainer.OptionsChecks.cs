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
                : isGated && _options.Ranks is { Count: > 1 } ? nameof(Options.Ranks)
                : null;
            if (excluded is not null)
            {
                throw new NetworkDefinitionException($"Layer '{layer.Name}' is a {layer.GetType().Name}, which " +
                    $"excludes {excluded}: leave that option at its default.");
            }
        }
    }

    // The options as the trainer takes them over, checked and copied; and those of which tables have other defaults.
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

        /// <summary>
        /// Gets or sets the number of time steps T, from 1 to 1,000. Time and memory grow with it. Not used where rows
        /// bring their own time steps (see <see cref="InputShape"/>), which the log then says. Default 4, and 3 for
        /// tables with receptive fields (see <see cref="Encoder"/>) whose <see cref="Epochs"/> are null.
        /// </summary>
        public int TimeSteps
        {
            get;
            set => (field, Chosen) = (value, Chosen | TableOptions.TimeSteps);
        } = Defaults.TimeSteps;

        /// <summary>
        /// Gets or sets the part of the input's values that is dropped in training, after normalization or encoding by
        /// receptive fields, from 0 up to, but not including, 1. Rows that are sparse are then taken with all their
        /// zeros. Null (the default) for none, but for tables with receptive fields (see <see cref="Encoder"/>) whose
        /// <see cref="Epochs"/> are null, 0.15 for at most 8,000 rows, and for more 0.1, or 0.3 with leaves of trees.
        /// </summary>
        public double? InputDropout { get; set; }

        /// <summary>
        /// The fields of a vector's numbers where the encoder was not set: 0 for none; null for the default of tables.
        /// </summary>
        internal int? TableFields { get; set; }

        /// <summary>Whether the loss is that of the steps' mean logits, as large tables have it.</summary>
        internal bool LossOfMean { get; set; }

        /// <summary>Those options with other defaults for tables that were set.</summary>
        internal TableOptions Chosen { get; private set; }

        /// <summary>Returns the options of the catalogs' short overloads.</summary>
        internal static Options Of(
            string label, string features, string? exampleWeight, IReadOnlyList<int>? hiddenSizes, int timeSteps,
            int? epochs, int batchSize, double learningRate)
        {
            var options = new Options
            {
                LabelColumnName = label,
                FeatureColumnName = features,
                ExampleWeightColumnName = exampleWeight,
                Epochs = epochs,
            };
            // An argument that was left out cannot be told from its default: neither is a choice.
            if (hiddenSizes is not null)
            {
                options.Network = new Mlp(hiddenSizes);
            }
            if (timeSteps != Defaults.TimeSteps)
            {
                options.TimeSteps = timeSteps;
            }
            if (batchSize != Defaults.BatchSize)
            {
                options.BatchSize = batchSize;
            }
            if (learningRate != Defaults.LearningRate)
            {
                options.LearningRate = learningRate;
            }
            return options;
        }

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
