// dotnet run --project Train [DATA.CSV]    trains, evaluates, and saves Service/model.zip

using Microsoft.ML;
using SpikingService;

string data = args is [string path] ? path : Path.Combine(AppContext.BaseDirectory, "data.csv");
if (!File.Exists(data))
{
    Console.Error.WriteLine($"There is no file '{data}'.");
    return 1;
}
var ml = new MLContext(seed: 1);
IDataView rows = ml.Data.LoadFromTextFile<Reading>(data, separatorChar: ',', hasHeader: true);
var split = ml.Data.TrainTestSplit(rows, testFraction: 0.2);

// The label becomes a key outside of the model, which then needs no label to predict. Numbers need no preparation:
// the network standardizes them itself.
ITransformer keys = ml.Transforms.Conversion.MapValueToKey(nameof(Reading.Label)).Fit(rows);
var pipeline = ml.Transforms.Categorical.OneHotEncoding("KindVector", nameof(Reading.Kind))
    .Append(ml.Transforms.Concatenate("Features",
        nameof(Reading.Temperature), nameof(Reading.Vibration), nameof(Reading.Speed), "KindVector"))
    .Append(ml.MulticlassClassification.Trainers.SpikingClif())
    .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
ITransformer model = pipeline.Fit(keys.Transform(split.TrainSet));

var metrics = ml.MulticlassClassification.Evaluate(model.Transform(keys.Transform(split.TestSet)));
Console.WriteLine($"accuracy on rows that were held out: {metrics.MicroAccuracy:P1}");
string folder = Directory.Exists("Service") ? "Service" : "."; // where the service runs
string saved = Path.Combine(folder, "model.zip");
// Written under another name and renamed: a running service never sees half a file.
ml.Model.Save(model, rows.Schema, saved + ".new");
File.Move(saved + ".new", saved, overwrite: true);
Console.WriteLine($"saved {saved}");
return 0;
