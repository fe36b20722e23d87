// dotnet run -- train                                  trains on data.csv, evaluates, saves model.zip
// dotnet run -- predict TEMPERATURE VIBRATION SPEED KIND    predicts a row with model.zip

using System.Globalization;
using Microsoft.ML;
using SpikingTable;

const string ModelFile = "model.zip";
var ml = new MLContext(seed: 1);
switch (args)
{
    case ["train"]:
        Train();
        return 0;
    case ["predict", string temperature, string vibration, string speed, string kind]:
        return Predict(temperature, vibration, speed, kind);
    default:
        Console.Error.WriteLine("usage: dotnet run -- train");
        Console.Error.WriteLine("       dotnet run -- predict TEMPERATURE VIBRATION SPEED KIND");
        return 2;
}

void Train()
{
    IDataView rows = ml.Data.LoadFromTextFile<Reading>("data.csv", separatorChar: ',', hasHeader: true);
    var split = ml.Data.TrainTestSplit(rows, testFraction: 0.2);

    // Numbers need no preparation: the network standardizes them itself.
    var pipeline = ml.Transforms.Conversion.MapValueToKey("Label")
        .Append(ml.Transforms.Categorical.OneHotEncoding("KindVector", nameof(Reading.Kind)))
        .Append(ml.Transforms.Concatenate("Features",
            nameof(Reading.Temperature), nameof(Reading.Vibration), nameof(Reading.Speed), "KindVector"))
        .Append(ml.MulticlassClassification.Trainers.SpikingClif())
        .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
    ITransformer model = pipeline.Fit(split.TrainSet);

    var metrics = ml.MulticlassClassification.Evaluate(model.Transform(split.TestSet));
    Console.WriteLine($"accuracy on rows that were held out: {metrics.MicroAccuracy:P1}");
    Console.WriteLine(metrics.ConfusionMatrix.GetFormattedConfusionTable());
    ml.Model.Save(model, rows.Schema, ModelFile);
    Console.WriteLine($"saved {ModelFile}");
}

int Predict(string temperature, string vibration, string speed, string kind)
{
    if (!File.Exists(ModelFile))
    {
        Console.Error.WriteLine($"There is no {ModelFile} yet: dotnet run -- train makes it.");
        return 1;
    }
    float[] numbers = new float[3];
    foreach ((string text, int i) in new[] { temperature, vibration, speed }.Select((text, i) => (text, i)))
    {
        if (!float.TryParse(text, CultureInfo.InvariantCulture, out numbers[i]))
        {
            Console.Error.WriteLine($"'{text}' is not a number.");
            return 2;
        }
    }
    // Needs no libtorch: trained networks are scored in managed code.
    ITransformer model = ml.Model.Load(ModelFile, out _);
    using var engine = ml.Model.CreatePredictionEngine<Reading, Prediction>(model);
    Prediction prediction = engine.Predict(new Reading
    {
        Temperature = numbers[0],
        Vibration = numbers[1],
        Speed = numbers[2],
        Kind = kind,
    });
    Console.WriteLine($"{prediction.PredictedLabel}, probability {prediction.Score.Max():P1}");
    return 0;
}
