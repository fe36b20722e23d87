namespace Microsoft.ML.Spiking.Benchmarks.Scoring.Trained;

/// <summary>
/// Models that an earlier run has trained, in a folder: a busy machine can train what a quiet one measures.
/// </summary>
internal static class SavedModels
{
    /// <summary>Gets or sets the folder; null, where nothing is saved and all is trained.</summary>
    public static string? Folder { get; set; }

    /// <summary>Returns the model of that name from the folder; else makes it and saves it there.</summary>
    public static SpikingPredictionTransformer Get(string name, Func<SpikingPredictionTransformer> make) => Get(
        name, new MLContext().Data.LoadFromEnumerable(Digits.Test(1)).Schema, isComplete: true, make);

    /// <inheritdoc cref="Get(string, Func{SpikingPredictionTransformer})"/>
    /// <param name="name">The name.</param>
    /// <param name="schema">Of rows as the model takes them.</param>
    /// <param name="isComplete">Whether a model in the folder may be taken.</param>
    /// <param name="make">Trains it.</param>
    public static SpikingPredictionTransformer Get(
        string name, DataViewSchema schema, bool isComplete, Func<SpikingPredictionTransformer> make)
    {
        if (Folder is not string folder)
        {
            return make();
        }
        var ml = new MLContext();
        string path = Path.Combine(folder, $"{name}.zip");
        if (isComplete && File.Exists(path))
        {
            return (SpikingPredictionTransformer)ml.Model.Load(path, out _);
        }
        SpikingPredictionTransformer model = make();
        Directory.CreateDirectory(folder);
        ml.Model.Save(model, schema, path);
        return model;
    }
}
