namespace Microsoft.ML.Spiking.Scoring.Executors.Tables;

/// <summary>
/// The leaves of trees behind the features: 1 where lowest &lt;= x[feature] &lt; highest for each condition of the
/// leaf.
/// </summary>
/// <param name="inputs">Length of the arriving vector.</param>
/// <param name="conditions">Conditions of a leaf.</param>
/// <param name="features">[leaves, conditions], each from 0 to <paramref name="inputs"/> - 1.</param>
/// <param name="limits">Lowest and highest, [leaves, conditions] each.</param>
/// <param name="timeSteps">T; 1 if the input is the same at every step.</param>
/// <remarks>The definition has checked the features: <see cref="Networks.TreeLayer"/>.</remarks>
internal sealed unsafe class TreeExecutor(
    int inputs, int conditions, int[] features, (float[] Lowest, float[] Highest) limits, int timeSteps)
    : LayerExecutor
{
    public override long OutputLength => (long)timeSteps * (inputs + (features.Length / conditions));

    public override void Run(float* input, float* output, float* scratch)
    {
        for (int step = 0; step < timeSteps; step++, input += inputs)
        {
            new ReadOnlySpan<float>(input, inputs).CopyTo(new Span<float>(output, inputs));
            output += inputs;
            for (int first = 0; first < features.Length; first += conditions)
            {
                *output++ = Holds(input, first) ? 1 : 0;
            }
        }
    }

    private bool Holds(float* input, int first)
    {
        for (int i = first; i < first + conditions; i++)
        {
            float value = input[features[i]];
            if (!(value >= limits.Lowest[i] && value < limits.Highest[i]))
            {
                return false;
            }
        }
        return true;
    }
}
