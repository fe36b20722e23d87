namespace Microsoft.ML.Spiking.Tests;

/// <summary>README.md's chapter on images, as code that compiles; <see cref="ReadmeTests"/> holds the two together.</summary>
internal static class ReadmeSnippets
{
    public static IEstimator<ITransformer> Images(MLContext ml)
    {
        var pipeline = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.Transforms.LoadImages("Image", imageFolder: null, inputColumnName: "Path"))
            .Append(ml.Transforms.ResizeImages("Image", imageWidth: 32, imageHeight: 32))
            .Append(ml.Transforms.ExtractPixels("Pixels", "Image"))     // [3, 32, 32]
            .Append(ml.MulticlassClassification.Trainers.SpikingClif(new SpikingClifTrainer.Options
            {
                FeatureColumnName = "Pixels",
                Network = new ConvNet(32, 64),                          // or SpikingVgg(11), SpikingResNet(18), Snn5, VggSnn ...
                InputNormalization = new ChannelNormalization(),        // measured on the training rows, saved with the model
                Augmentation = new ImageAugmentation { CropPadding = 4, HorizontalFlip = true },
                CheckpointFolder = "checkpoints",                       // killed at any moment, Fit goes on where it was
            }))
            .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        return pipeline;
    }

    public static SpikingClifTrainer.Options Settings()
    {
        NetworkTemplate own = new NetworkBuilder()
            .Convolution(32, kernel: 3, padding: 1).BatchNorm().Neuron().AveragePool(2)
            .Residual(main => main.Convolution(32, kernel: 3, padding: 1).BatchNorm().Neuron())
            .Flatten().Dropout()
            .Build(3, 32, 32);                                          // a layer that does not fit on such images is named here

        SpikingClifTrainer.Options options = SpikingClifRecipes.Cifar10();  // ResNet-18, T = 6, SGD, 200 epochs, crop, flip, cutout
        options.Precision = TrainingPrecision.BFloat16;                 // everything else can be changed too
        options.Network = own;
        return options;
    }
}
