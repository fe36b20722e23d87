// A first program with the packages: "train" trains and saves a model, "predict" loads and uses it, "score" uses it
// without ML.NET, and "nir" writes and reads a network without libtorch.

using Consumer;
using Microsoft.ML;
using Microsoft.ML.Spiking;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Runtime;

if (args is ["nir"])
{
    Nir.WriteAndRead();
    return 0;
}
if (args is ["score"])
{
    SpikingModel network = SpikingModel.Load("model.zip");
    foreach (Row row in Row.Some(6))
    {
        Console.WriteLine($"{row.Label} {network.Predict(row.Features).Label}");
    }
    return 0;
}

var ml = new MLContext(seed: 1);
if (args is ["train"])
{
    IDataView train = ml.Data.LoadFromEnumerable(Row.Some(300));
    var trainer = ml.MulticlassClassification.Trainers.SpikingClif(new SpikingClifTrainer.Options
    {
        Network = new Mlp(16),
        Epochs = 20,
        BatchSize = 16,
        LearningRate = 0.02,
        NumberOfThreads = 1,
    });
    var pipeline = ml.Transforms.Conversion.MapValueToKey("Label")
        .Append(trainer)
        .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
    ml.Model.Save(pipeline.Fit(train), train.Schema, "model.zip");
    return 0;
}

ITransformer model = ml.Model.Load("model.zip", out _);
using PredictionEngine<Row, Prediction> engine = ml.Model.CreatePredictionEngine<Row, Prediction>(model);
foreach (Row row in Row.Some(6))
{
    Console.WriteLine($"{row.Label} {engine.Predict(row).PredictedLabel}");
}
return 0;
