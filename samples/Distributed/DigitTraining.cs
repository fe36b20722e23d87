using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Spiking;
using Microsoft.ML.Spiking.Distributed;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Transforms;
using Quickstart;

namespace Distributed;

/// <summary>The arguments of the command line.</summary>
internal sealed record Arguments(
    int Rows, int Epochs, int Batch, int? Threads, int? Parts, bool IsConvolutional, bool Synchronizes,
    string? Checkpoint, string? Model);

/// <summary>A training that each rank runs from the beginning to the end; rank 0 reports and saves.</summary>
internal static class DigitTraining
{
    private const int TestRows = 500;

    public static void Run(Arguments arguments)
    {
        using MpiRanks? ranks = arguments.Parts is null ? MpiRanks.Join() : null;
        bool isFirst = ranks is null or { IsFirst: true };
        if (ranks is not null)
        {
            Console.WriteLine($"rank {ranks.Rank} of {ranks.Count}: process {Environment.ProcessId} on " +
                $"{Environment.MachineName}, {ranks.LocalRank} of {ranks.LocalCount} there");
        }

        // Every rank has all rows, and trains on its part of each batch.
        var ml = new MLContext(seed: 1);
        IDataView data = ml.Data.LoadFromEnumerable(DrawnDigits.Draw(seed: 1, first: 0, arguments.Rows));
        var before = ml.Transforms.Conversion
            .MapValueToKey("Label", keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByValue)
            .Append(ml.Transforms.Conversion.ConvertType("Features", "Pixels", DataKind.Single))
            .Fit(data);
        int parts = arguments.Parts ?? 1;
        var options = new SpikingClifTrainer.Options
        {
            Ranks = ranks,
            SynchronizeBatchNorm = arguments.Synchronizes,
            Network = arguments.IsConvolutional ? new ConvNet(16, 32) : new Mlp(128),
            InputShape = arguments.IsConvolutional ? [1, DigitImage.Side, DigitImage.Side] : null,
            BatchSize = (arguments.Batch + parts - 1) / parts,
            GradientAccumulation = parts,
            Epochs = arguments.Epochs,
            NumberOfThreads = arguments.Threads,
            CheckpointFolder = arguments.Checkpoint,
            MetricsCallback = metrics => Report(metrics, isFirst),
        };
        long started = Stopwatch.GetTimestamp();
        var trained = ml.MulticlassClassification.Trainers.SpikingClif(options).Fit(before.Transform(data));
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;

        Console.WriteLine($"rank {ranks?.Rank ?? 0}: weights {Checksum(trained.Model)}");
        if (isFirst)
        {
            Console.WriteLine($"{arguments.Rows * arguments.Epochs / seconds:0} rows a second, with all that begins " +
                "and ends a training");
            var model = before.Append(trained)
                .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(
                    trained.Transform(before.Transform(data))));
            IDataView test = ml.Data.LoadFromEnumerable(DrawnDigits.Draw(seed: 1, arguments.Rows, TestRows));
            MulticlassClassificationMetrics quality = ml.MulticlassClassification.Evaluate(model.Transform(test));
            Console.WriteLine($"accuracy on {TestRows} other digits {100 * quality.MicroAccuracy:0.0} %");
            if (arguments.Model is not null)
            {
                ml.Model.Save(model, data.Schema, arguments.Model);
                Console.WriteLine($"saved {arguments.Model}");
            }
        }
    }

    private static void Report(EpochMetrics metrics, bool isFirst)
    {
        if (isFirst)
        {
            Console.WriteLine($"epoch {metrics.Epoch}/{metrics.Epochs}: loss {metrics.Loss:0.0000}, accuracy " +
                $"{100 * metrics.Accuracy:0.0} %, {metrics.RowsPerSecond:0} rows/s");
        }
    }

    private static string Checksum(SpikingModelParameters model)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (WeightArray array in model.Weights)
        {
            hash.AppendData(MemoryMarshal.AsBytes(array.Values.Span));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
