namespace Microsoft.ML.Spiking.Networks.Definition;

/// <summary>
/// Weights as whole numbers, -127 to 127, with a scale for each output: weight = scale[output] code. Symmetric, so that
/// 0 stays 0.
/// </summary>
/// <param name="Codes">[outputs, weights of an output].</param>
/// <param name="Scales">[outputs]; finite, 0 where all weights of the output are 0.</param>
internal sealed record Int8Rows(sbyte[] Codes, float[] Scales)
{
    /// <summary>The largest code.</summary>
    public const int Largest = sbyte.MaxValue;

    /// <summary>Rounds weights to the nearest codes.</summary>
    /// <param name="values">[outputs, weights of an output], finite.</param>
    /// <param name="outputs">The first length of their shape.</param>
    public static Int8Rows Of(ReadOnlySpan<float> values, int outputs)
    {
        sbyte[] codes = new sbyte[values.Length];
        float[] scales = new float[outputs];
        int inputs = outputs == 0 ? 0 : values.Length / outputs;
        for (int output = 0; output < outputs; output++)
        {
            ReadOnlySpan<float> row = values.Slice(output * inputs, inputs);
            float largest = 0;
            foreach (float value in row)
            {
                largest = Math.Max(largest, Math.Abs(value));
            }
            float scale = largest / Largest;
            scale = float.IsInfinity(scale * Largest) ? MathF.BitDecrement(scale) : scale;
            scales[output] = scale;
            for (int i = 0; scale > 0 && i < inputs; i++)
            {
                // A scale that is not a normal number is less exact than a code.
                codes[(output * inputs) + i] = (sbyte)Math.Clamp(
                    Math.Round((double)row[i] / scale, MidpointRounding.ToEven), -Largest, Largest);
            }
        }
        return new(codes, scales);
    }

    /// <summary>Returns the weights of each output times a factor.</summary>
    /// <param name="factors">[outputs].</param>
    public Int8Rows Scaled(IReadOnlyList<double> factors) => this with
    {
        Scales = [.. Scales.Select((scale, output) => (float)(scale * factors[output]))],
    };

    /// <summary>Returns the weights that the codes stand for.</summary>
    public float[] ToFloats()
    {
        float[] values = new float[Codes.Length];
        int inputs = Scales.Length == 0 ? 0 : Codes.Length / Scales.Length;
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = Scales[i / inputs] * Codes[i];
        }
        return values;
    }
}
