using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Scoring.Scorers;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch;
using Microsoft.ML.Spiking.Training.Torch.Autograd;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static System.FormattableString;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Analysis;

/// <summary>Finds the attributions of one row's features.</summary>
internal static class ExplanationBuilder
{
    /// <summary>Makes the explanation.</summary>
    /// <param name="network">The network.</param>
    /// <param name="weights">Its arrays.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="classes">The classes' names.</param>
    /// <param name="names">The features' names in the network's order; null for none.</param>
    /// <param name="options">The choices.</param>
    /// <exception cref="ArgumentException">
    /// An option is out of its range, or names a row or a class that is not there.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// The row has missing or infinite features, or gradients do not reach them.
    /// </exception>
    public static PredictionExplanation Build(NetworkDefinition network, NetworkWeights weights,
        IEnumerable<AnalysisRow> rows, IReadOnlyList<string> classes, IReadOnlyList<string>? names,
        ExplanationOptions options)
    {
        if (options.Faults().FirstOrDefault() is string fault)
        {
            throw new ArgumentException(fault, nameof(options));
        }
        if (options.ClassIndex is int wanted && (wanted < 0 || wanted >= network.ClassCount))
        {
            throw new ArgumentException(Invariant($"{nameof(options.ClassIndex)} is {wanted}; the model has the ") +
                Invariant($"classes 0 to {network.ClassCount - 1}."), nameof(options));
        }
        float[] row = Find(rows, options.Row);
        using var scorer = new ManagedScorer(network, weights, VectorWidth.Auto);
        float[] scores = Score(scorer, row);
        int chosen = options.ClassIndex ?? ScoredLabels.Predicted(scores);
        return new()
        {
            Row = options.Row,
            Method = options.Method,
            ClassIndex = chosen,
            Class = classes[chosen],
            Probability = scores[chosen],
            Shape = network.RowShape,
            Names = names,
            Features = row,
            Attributions = options.Method == ExplanationMethod.Occlusion
                ? Occlusion(network, scorer, row, scores[chosen], chosen, options)
                : Gradient(network, weights, row, chosen, options.Baseline),
        };
    }

    private static float[] Find(IEnumerable<AnalysisRow> rows, int wanted)
    {
        long read = 0;
        foreach (AnalysisRow row in rows)
        {
            if (row.Index == wanted)
            {
                return ScoreArguments.AreFinite(row.Features) ? [.. row.Features]
                    : throw new InvalidOperationException(
                        Invariant($"Row {wanted} has missing or infinite features: it has no prediction to explain."));
            }
            read = row.Index + 1;
        }
        throw new ArgumentException(
            Invariant($"{nameof(ExplanationOptions.Row)} is {wanted}, but the data has {read:N0} rows."));
    }

    private static float[] Score(ManagedScorer scorer, float[] row)
    {
        float[] scores = new float[scorer.ClassCount];
        scorer.Score(row, 1, scores);
        return scores;
    }

    private static double[] Occlusion(NetworkDefinition network, ManagedScorer scorer, float[] row, double probability,
        int chosen, ExplanationOptions options)
    {
        double[] attributions = new double[row.Length];
        float[] changed = [.. row];
        foreach (int[] together in Parts(network, row.Length, options.SquareSize))
        {
            foreach (int i in together)
            {
                changed[i] = options.Baseline;
            }
            double fall = probability - Score(scorer, changed)[chosen];
            foreach (int i in together)
            {
                changed[i] = row[i];
                attributions[i] = fall;
            }
        }
        return attributions;
    }

    /// <summary>
    /// Returns the features that are occluded together: squares of images, in all channels and time steps.
    /// </summary>
    private static IEnumerable<int[]> Parts(NetworkDefinition network, int length, int side)
    {
        if (network.InputShape is not [_, int height, int width])
        {
            return Enumerable.Range(0, length).Select(i => new[] { i });
        }
        int columns = (width + side - 1) / side;
        return Enumerable.Range(0, length).GroupBy(i =>
        {
            (int y, int x) = Math.DivRem(i % (height * width), width);
            return (y / side * columns) + (x / side);
        }).Select(square => square.ToArray());
    }

    private static double[] Gradient(
        NetworkDefinition network, NetworkWeights weights, float[] row, int chosen, float baseline)
    {
        if (network.Encoder is not DirectEncoder)
        {
            throw new InvalidOperationException($"The network's {network.Encoder.GetType().Name} makes spikes of the " +
                $"features, through which no gradient goes; choose {nameof(ExplanationMethod)}." +
                $"{nameof(ExplanationMethod.Occlusion)}.");
        }
        return TrainingThread.Run(() =>
        {
            using DisposeScope scope = NewDisposeScope();
            using var torchNetwork = new TorchNetwork(network, CPU);
            torchNetwork.Parameters.Import(weights);
            Tensor input = tensor(row, [1, row.Length]).requires_grad_();
            Tensor logits = torchNetwork.Forward(input, ForwardPass.Evaluation); // [T, 1, classes]
            using Tensor logit = logits.mean([0]).flatten()[chosen];
            CallbackFaults.Backward(logit);
            CallbackGradients.Release();
            float[] gradient = TensorCopy.ToArray(input.grad!);
            return gradient.Select((slope, i) => (double)slope * (row[i] - baseline)).ToArray();
        });
    }
}
