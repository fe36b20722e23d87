using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Spiking;
using Microsoft.ML.Spiking.Events;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Transforms;

namespace EventCamera;

/// <summary>
/// CLIF and LIF on frames, and LightGbm on the sum of all events, by their accuracy on other recordings.
/// </summary>
internal static class Training
{
    public const string ModelPath = "event-camera.zip";

    public static void Run(string folder, int epochs, int seed)
    {
        var ml = new MLContext(seed);
        IDataView train = ml.Data.LoadFromEventFiles(Recordings.Read(folder, "train1K.txt"));
        IDataView test = ml.Data.LoadFromEventFiles(Recordings.Read(folder, "test100.txt"));
        Console.WriteLine($"{epochs} epochs of {Count(train)} recordings, tested on {Count(test)} others");

        ITransformer clif = Fit("CLIF", Spiking(ml, new ClifNeuron(), epochs, seed));
        ml.Model.Save(clif, train.Schema, ModelPath);
        Fit("LIF", Spiking(ml, new LifNeuron(), epochs, seed));
        Fit("LightGbm on summed frames", Keys(ml)
            .Append(ml.Transforms.Events.ToFrames("Features", nameof(EventRecordingRow.Recording), Recordings.Sum))
            .Append(ml.MulticlassClassification.Trainers.LightGbm()));
        Console.WriteLine($"saved {ModelPath} (CLIF)");

        ITransformer Fit(string name, IEstimator<ITransformer> pipeline)
        {
            long start = Stopwatch.GetTimestamp();
            ITransformer model = pipeline.Fit(train);
            TimeSpan time = Stopwatch.GetElapsedTime(start);
            double accuracy = ml.MulticlassClassification.Evaluate(model.Transform(test)).MicroAccuracy;
            Console.WriteLine($"  {name,-26} {accuracy,6:P0} in {time.TotalSeconds,4:0} s");
            return model;
        }
    }

    public static IEstimator<ITransformer> Spiking(MLContext ml, NeuronDefinition neuron, int epochs, int seed) =>
        Keys(ml)
            .Append(ml.Transforms.Events.ToFrames("Features", nameof(EventRecordingRow.Recording), Recordings.Frames))
            .Append(ml.MulticlassClassification.Trainers.SpikingClif(new SpikingClifTrainer.Options
            {
                Network = new ConvNet(8, 16),
                Neuron = neuron,
                Epochs = epochs,
                BatchSize = 32,
                // 1,000 recordings are few steps of the optimizer; with the default of 0.002 they would not suffice.
                LearningRate = 0.01,
                // Between the saccades there are few events: each window by itself has statistics that no other has.
                BatchNorm = BatchNormMode.AcrossTime,
                Seed = seed,
            }))
            .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));

    private static ValueToKeyMappingEstimator Keys(MLContext ml) => ml.Transforms.Conversion.MapValueToKey(
        "Label", keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByValue);

    private static int Count(IDataView recordings) => recordings.GetColumn<string>("Label").Count();
}
