namespace Microsoft.ML.Spiking.Sweeps;

/// <summary>A trainer whose trainings always give a model: one that has diverged gives a network without knowledge.</summary>
internal sealed class ForgivingTrainer(SpikingClifTrainer trainer) : IEstimator<ITransformer>
{
    public ITransformer Fit(IDataView input)
    {
        try
        {
            return trainer.Fit(input);
        }
        catch (TrainingDivergedException)
        {
            return trainer.Untrained(input);
        }
    }

    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => trainer.GetOutputSchema(inputSchema);
}
