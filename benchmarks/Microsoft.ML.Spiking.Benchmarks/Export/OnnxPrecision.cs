using Microsoft.ML.Spiking.Benchmarks.Measuring;
using Microsoft.ML.Spiking.Benchmarks.Scoring.Trained;

namespace Microsoft.ML.Spiking.Benchmarks.Export;

/// <summary>Exported networks with weights in float16 and int8 against float32, in ONNX Runtime.</summary>
internal sealed class OnnxPrecision : IBenchmark
{
    private const double Kilobyte = 1024;
    private const int BatchRows = 256;

    public string Name => "onnx-precision";

    public string Description =>
        "exported weights in float16 and int8 against float32 in ONNX Runtime on one thread: bytes, accuracy on " +
        $"unseen digits, equal labels, time of a row and of {BatchRows}, how many times as fast";

    public void Run(bool quick, TextWriter output)
    {
        DigitRow[] test = Digits.Test(quick ? 1_000 : 10_000);
        float[] features = [.. test.SelectMany(row => row.Features)];
        foreach (TrainedDigits digits in TrainedNetworks.All(quick, output))
        {
            OnnxWeightPrecision[] precisions = Enum.GetValues<OnnxWeightPrecision>();
            byte[][] files = [.. precisions.Select(precision => File(digits, precision))];
            int[][] labels = [.. files.Select(file => Labels(file, features))];
            double[][] row = Seconds(files, features, 1, quick), batch = Seconds(files, features, BatchRows, quick);
            for (int i = 0; i < files.Length; i++)
            {
                int right = labels[i].Zip(test).Count(pair => pair.First == pair.Second.Label);
                int same = labels[i].Zip(labels[0]).Count(pair => pair.First == pair.Second);
                output.WriteLine(Numbers.Text($"  {digits.Network.Name}, {precisions[i]}: " +
                    $"{files[i].Length / Kilobyte:0.0} KB, {(double)files[0].Length / files[i].Length:0.00} times " +
                    $"smaller, accuracy {100.0 * right / test.Length:0.00} %, equal labels " +
                    $"{100.0 * same / test.Length:0.00} %, row {PairedRatio.MedianOf(row[i]) * 1e6:0} us, " +
                    $"{PairedRatio.Of(row[0], row[i])}, {BatchRows} rows " +
                    $"{PairedRatio.MedianOf(batch[i]) * 1e6:0} us, {PairedRatio.Of(batch[0], batch[i])}"));
            }
        }
    }

    private static byte[] File(TrainedDigits digits, OnnxWeightPrecision precision)
    {
        using var stream = new MemoryStream();
        digits.Model.ExportToOnnx(stream, new OnnxExportOptions { WeightPrecision = precision });
        return stream.ToArray();
    }

    /// <summary>Returns the digit of each row.</summary>
    private static int[] Labels(byte[] file, float[] features)
    {
        const int pixels = DigitRow.Side * DigitRow.Side;
        List<int> labels = [];
        foreach (float[] batch in features.Chunk(BatchRows * pixels))
        {
            using var onnx = new OnnxModel(file, batch, batch.Length / pixels, "Score", threads: 2);
            labels.AddRange(onnx.Run().Chunk(DigitRow.Classes).Select(scores => Array.IndexOf(scores, scores.Max())));
        }
        return [.. labels];
    }

    private static double[][] Seconds(byte[][] files, float[] features, int rows, bool quick)
    {
        float[] some = features[..(rows * DigitRow.Side * DigitRow.Side)];
        OnnxModel[] models = [.. files.Select(file => new OnnxModel(file, some, rows, "Score", threads: 1))];
        double[][] seconds = InterleavedRounds.Measure(
            quick ? 5 : 15, [.. models.Select(model => (Action)(() => model.Run()))]);
        Array.ForEach(models, model => model.Dispose());
        return seconds;
    }
}
