// dotnet run -- train            trains on images/CLASS/*.png (or .jpg, .bmp), evaluates, saves model.zip
// dotnet run -- predict IMAGE    predicts the class of an image with model.zip

using Microsoft.ML;
using Microsoft.ML.Spiking;
using SpikingImages;

const string ModelFile = "model.zip";
const int Size = 32; // images are resized to Size x Size pixels
var ml = new MLContext(seed: 1);
switch (args)
{
    case ["train"]:
        Train();
        return 0;
    case ["predict", string path]:
        return Predict(path);
    default:
        Console.Error.WriteLine("usage: dotnet run -- train");
        Console.Error.WriteLine("       dotnet run -- predict IMAGE");
        return 2;
}

void Train()
{
    IDataView pictures = ml.Data.LoadFromEnumerable(Picture.In("images"));
    var split = ml.Data.TrainTestSplit(pictures, testFraction: 0.2);

    var pipeline = ml.Transforms.Conversion.MapValueToKey("Label")
        .Append(ml.Transforms.LoadImages("Image", imageFolder: null, nameof(Picture.Path)))
        .Append(ml.Transforms.ResizeImages("Image", Size, Size))
        .Append(ml.Transforms.ExtractPixels("Features", "Image"))
        .Append(ml.MulticlassClassification.Trainers.SpikingClif(new SpikingClifTrainer.Options
        {
            Network = new ConvNet(16, 32),
            InputNormalization = new ChannelNormalization(),
            Augmentation = new ImageAugmentation { CropPadding = 2, HorizontalFlip = true },
            Epochs = 60,
            BatchSize = 16,
            LearningRate = 0.005,
            MetricsCallback = epoch => Console.Write($"\repoch {epoch.Epoch}, loss {epoch.Loss:F3}"),
        }))
        .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
    ITransformer model = pipeline.Fit(split.TrainSet);

    Console.WriteLine();
    var metrics = ml.MulticlassClassification.Evaluate(model.Transform(split.TestSet));
    Console.WriteLine($"accuracy on images that were held out: {metrics.MicroAccuracy:P1}");
    Console.WriteLine(metrics.ConfusionMatrix.GetFormattedConfusionTable());
    ml.Model.Save(model, pictures.Schema, ModelFile);
    Console.WriteLine($"saved {ModelFile}");
}

int Predict(string path)
{
    string? missing = !File.Exists(ModelFile) ? $"There is no {ModelFile} yet: dotnet run -- train makes it."
        : !File.Exists(path) ? $"There is no image '{path}'." : null;
    if (missing != null)
    {
        Console.Error.WriteLine(missing);
        return 1;
    }
    // Needs no libtorch: trained networks are scored in managed code.
    ITransformer model = ml.Model.Load(ModelFile, out _);
    using var engine = ml.Model.CreatePredictionEngine<Picture, Prediction>(model);
    Prediction prediction = engine.Predict(new Picture { Path = path });
    Console.WriteLine($"{prediction.PredictedLabel}, probability {prediction.Score.Max():P1}");
    return 0;
}
