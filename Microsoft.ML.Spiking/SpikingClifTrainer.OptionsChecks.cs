namespace Microsoft.ML.Spiking;

public sealed partial class SpikingClifTrainer
{
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
