using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Scoring.Scorers;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch;


namespace Microsoft.ML.Spiking;

/// <summary>The executor that uses libtorch, as what scores.</summary>
internal sealed class TorchScorer(NetworkDefinition network, NetworkWeights weights, TorchWorker worker) : IScorer
{
    private readonly TorchExecutor _executor = new(network, weights, worker);

    public int FeatureCount => network.InputSize;

    public int ClassCount => network.ClassCount;

    public void Score(ReadOnlySpan<float> features, int rows, Span<float> scores)
    {
        ScoreArguments.Check(this, features, rows, scores);
        _executor.Run(features, rows, scores);
        for (int row = 0; row < rows; row++)
        {
            Span<float> own = scores.Slice(row * ClassCount, ClassCount);
            if (ScoreArguments.AreFinite(features.Slice(row * FeatureCount, FeatureCount)))
            {
                Softmax.Apply(own, own);
            }
            else
            {
                own.Fill(float.NaN);
            }
        }
    }

    public void Dispose() => _executor.Dispose();
}
