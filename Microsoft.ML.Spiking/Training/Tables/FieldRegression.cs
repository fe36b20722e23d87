using System.Numerics.Tensors;
using Microsoft.ML.Spiking.Randomness;

namespace Microsoft.ML.Spiking.Training.Tables;

/// <summary>
/// Logistic regression on receptive fields: a model in which each feature counts on its own. What trees know better is
/// in their combinations.
/// </summary>
internal sealed class FieldRegression
{
    private const int BatchSize = 128, LeastSteps = 1_000, MostSteps = 3_000;
    private const long MostValues = 1 << 23;
    private const float Rate = 0.01f, Mean = 0.9f, Square = 0.999f;
    private const double Ridge = 1;

    private readonly PopulationConstants _fields;
    private readonly float[][] _weights;

    private FieldRegression(PopulationConstants fields, int classes)
    {
        _fields = fields;
        // The last weight is the bias.
        _weights = [.. Enumerable.Range(0, classes).Select(_ => new float[fields.Scale.Length + 1])];
    }

    /// <summary>Fits the weights by Adam.</summary>
    /// <param name="rows">At least one.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="fields">The receptive fields.</param>
    /// <param name="seed">Draws the order of the rows.</param>
    /// <param name="token">Checked before each step.</param>
    public static FieldRegression Fit(
        RowSample rows, int classes, PopulationConstants fields, int seed, CancellationToken token)
    {
        var model = new FieldRegression(fields, classes);
        int width = fields.Scale.Length + 1;
        int count = (int)Math.Min(rows.Count, Math.Max(1, MostValues / width));
        int[] order = [.. Enumerable.Range(0, rows.Count)];
        new RandomStream(seed, RandomPurpose.Shuffling, epoch: 0).Shuffle(order);
        float[] values = new float[(long)count * width];
        for (int i = 0; i < count; i++)
        {
            model.Write(rows.Row(order[i]), values.AsSpan(i * width, width));
        }
        int perPass = (count + BatchSize - 1) / BatchSize;
        int steps = Math.Clamp(20 * perPass, LeastSteps, MostSteps);
        float[][] gradients = Arrays(), means = Arrays(), squares = Arrays();
        double[] scores = new double[classes];
        for (int step = 0; step < steps; step++)
        {
            token.ThrowIfCancellationRequested();
            int begin = step % perPass * BatchSize, end = Math.Min(begin + BatchSize, count);
            foreach (float[] gradient in gradients)
            {
                Array.Clear(gradient);
            }
            for (int i = begin; i < end; i++)
            {
                ReadOnlySpan<float> row = values.AsSpan(i * width, width);
                model.Scores(row, scores);
                LogLoss.Shares(scores, scores);
                scores[rows.Labels[order[i]]]--;
                for (int label = 0; label < classes; label++)
                {
                    float factor = (float)(scores[label] * rows.Weights[order[i]]) / (end - begin);
                    TensorPrimitives.MultiplyAdd(row, factor, gradients[label], gradients[label]);
                }
            }
            float rate = Rate * (1 - ((float)step / steps));
            float bias = MathF.Sqrt(1 - MathF.Pow(Square, step + 1)) / (1 - MathF.Pow(Mean, step + 1));
            float ridge = (float)(Ridge / count);
            for (int label = 0; label < classes; label++)
            {
                Step(model._weights[label], gradients[label], means[label], squares[label], rate * bias, ridge);
            }
        }
        return model;

        float[][] Arrays() => [.. Enumerable.Range(0, classes).Select(_ => new float[width])];
    }

    /// <summary>Returns the log loss of each row.</summary>
    public double[] Losses(RowSample rows)
    {
        double[] losses = new double[rows.Count], scores = new double[_weights.Length];
        float[] values = new float[_fields.Scale.Length + 1];
        for (int row = 0; row < losses.Length; row++)
        {
            Write(rows.Row(row), values);
            Scores(values, scores);
            losses[row] = LogLoss.Of(scores, rows.Labels[row]);
        }
        return losses;
    }

    private void Write(ReadOnlySpan<float> row, Span<float> values)
    {
        _fields.Apply(row, values);
        values[^1] = 1;
    }

    private void Scores(ReadOnlySpan<float> values, double[] scores)
    {
        for (int label = 0; label < scores.Length; label++)
        {
            scores[label] = TensorPrimitives.Dot(values, _weights[label]);
        }
    }

    private static void Step(
        float[] weights, float[] gradient, float[] means, float[] squares, float rate, float ridge)
    {
        for (int i = 0; i < weights.Length; i++)
        {
            float slope = gradient[i] + (i < weights.Length - 1 ? ridge * weights[i] : 0);
            means[i] = (Mean * means[i]) + ((1 - Mean) * slope);
            squares[i] = (Square * squares[i]) + ((1 - Square) * slope * slope);
            weights[i] -= rate * means[i] / (MathF.Sqrt(squares[i]) + 1e-8f);
        }
    }
}
