using Microsoft.ML.Spiking.Benchmarks.Measuring;
using Microsoft.ML.Spiking.Benchmarks.Scoring.Trained;

namespace Microsoft.ML.Spiking.Benchmarks.Export;

/// <summary>Trained networks in ONNX Runtime against managed scoring: single rows, and batches.</summary>
internal sealed class OnnxSpeed : IBenchmark
{
    private const int BatchRows = 256;

    public string Name => "onnx-scoring";

    public string Description =>
        $"a row, and {BatchRows} rows, in ONNX Runtime on one thread against the managed scorer on one; time, ratio";

    public void Run(bool quick, TextWriter output)
    {
        foreach (TrainedDigits digits in TrainedNetworks.All(quick, output))
        {
            using var stream = new MemoryStream();
            digits.Model.ExportToOnnx(stream);
            foreach (int rows in (int[])[1, BatchRows])
            {
                float[] features = [.. digits.Network.Rows.Take(rows).SelectMany(row => row)];
                float[] scores = new float[rows * DigitRow.Classes];
                using var onnx = new OnnxModel(stream.ToArray(), features, rows, "Score", threads: 1);
                double[][] seconds = InterleavedRounds.Measure(quick ? 3 : 7,
                    () => digits.Model.Model.Scorer.Score(features, rows, scores), () => onnx.Run());
                output.WriteLine(Numbers.Text($"  {digits.Network.Name}, {rows} rows: managed " +
                    $"{PairedRatio.MedianOf(seconds[0]) * 1e6:0} us, ONNX Runtime " +
                    $"{PairedRatio.MedianOf(seconds[1]) * 1e6:0} us, ratio {PairedRatio.Of(seconds[1], seconds[0])}"));
            }
        }
    }
}
