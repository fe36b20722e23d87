using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Spiking;
using Quickstart;

namespace Desktop;

/// <summary>A saved model of digits: what it takes an image for, and what its neurons do.</summary>
internal sealed class Recognizer : IDisposable
{
    private readonly MLContext _ml = new();
    private readonly ITransformer _model;
    private readonly PredictionEngine<DigitImage, DigitPrediction> _engine;

    /// <summary>Loads the model.</summary>
    /// <exception cref="InvalidOperationException">It does not take images as samples/Quickstart has them.</exception>
    public Recognizer(string modelPath)
    {
        _model = _ml.Model.Load(modelPath, out DataViewSchema schema);
        if (schema.GetColumnOrNull(nameof(DigitImage.Pixels))?.Type is not VectorDataViewType { Size: 784 })
        {
            throw new InvalidOperationException($"The model in {modelPath} takes no column Pixels of 28 x 28 values; " +
                "train it with samples/Quickstart.");
        }
        _engine = _ml.Model.CreatePredictionEngine<DigitImage, DigitPrediction>(_model);
        VBuffer<ReadOnlyMemory<char>> names = default;
        _engine.OutputSchema[nameof(DigitPrediction.Score)].GetSlotNames(ref names);
        Classes = [.. names.DenseValues().Select(name => name.ToString())];
    }

    /// <summary>Gets the names of the classes, in the order of the probabilities.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>Returns what the model takes an image for.</summary>
    public Recognition Recognize(byte[] pixels)
    {
        var image = new DigitImage { Pixels = pixels };
        DigitPrediction prediction = _engine.Predict(image);
        FiringRateReport firing = _ml.Model.FiringRates(_model, _ml.Data.LoadFromEnumerable([image]));
        return new(prediction.PredictedLabel, prediction.Score, firing.Layers, firing.TimeSteps);
    }

    public void Dispose() => _engine.Dispose();
}

/// <summary>The model's prediction for an image.</summary>
/// <param name="Label">The most probable class.</param>
/// <param name="Probabilities">Of all classes.</param>
/// <param name="Layers">How often each neuron fired.</param>
/// <param name="TimeSteps">At how many steps it could.</param>
internal sealed record Recognition(
    string Label, IReadOnlyList<float> Probabilities, IReadOnlyList<LayerFiring> Layers, int TimeSteps);
