using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Numerics.Simd;

namespace Microsoft.ML.Spiking.Scoring.Executors.Recurrent;

/// <summary>
/// <see cref="GatedRecurrentLayer"/>, which has the equations, step by step: weights are loaded for values that are not
/// 0 alone.
/// </summary>
/// <param name="layer">The layer.</param>
/// <param name="weights">The weights and biases as a linear layer for one step.</param>
/// <param name="recurrent">The recurrent weights as one without a bias; null for none.</param>
/// <param name="ranges">The largest values of input and output.</param>
/// <param name="timeSteps">T.</param>
/// <param name="constantInput">Whether what arrives is the same at every step.</param>
internal sealed unsafe class GatedRecurrentExecutor(GatedRecurrentLayer layer, LayerExecutor weights,
    LayerExecutor? recurrent, (float Input, float Output) ranges, int timeSteps, bool constantInput)
    : WalkingExecutor(timeSteps, layer.Inputs, layer.Outputs, constantInput)
{
    private readonly int _inputs = CacheLines.Whole(layer.Inputs);
    private readonly int _outputs = CacheLines.Whole(layer.Outputs);
    private readonly Quantizer _input = new(layer, ranges.Input);
    private readonly Quantizer _output = new(layer, ranges.Output);

    // What is left of the input; h, what is left of it, and the output of the step before.
    public override long StateLength => _inputs + (3L * _outputs);

    private protected override long WorkLength => _inputs + (2L * CacheLines.Whole(2 * layer.Outputs)) +
        Math.Max(weights.ScratchLength, recurrent?.ScratchLength ?? 0);

    private protected override void Rest(float* state) => new Span<float>(state, checked((int)StateLength)).Clear();

    private protected override void Step(float* input, float* output, float* state, float* work)
    {
        int n = layer.Outputs, both = CacheLines.Whole(2 * n);
        float* inputLeft = state, h = inputLeft + _inputs, left = h + _outputs, before = left + _outputs;
        float* encoded = work, arriving = encoded + _inputs, returning = arriving + both, scratch = returning + both;
        for (int i = 0; i < layer.Inputs; i++)
        {
            float sum = inputLeft[i] + input[i];
            encoded[i] = _input.Of(sum);
            inputLeft[i] = sum - encoded[i];
        }
        weights.Run(encoded, arriving, scratch);
        if (recurrent is null)
        {
            new Span<float>(returning, both).Clear();
        }
        else
        {
            recurrent.Run(before, returning, scratch);
        }
        for (int i = 0; i < n; i++)
        {
            float z = 1 / (1 + MathF.Exp(-(arriving[i] + returning[i])));
            float c = Math.Max(0, arriving[n + i] + returning[n + i]);
            h[i] = ((1 - z) * c) + (z * h[i]);
            float sum = left[i] + h[i];
            output[i] = before[i] = _output.Of(sum);
            left[i] = sum - output[i];
        }
    }

    /// <summary>Q, in float32.</summary>
    private readonly struct Quantizer(GatedRecurrentLayer layer, float largest)
    {
        private readonly float _scale = 1 / largest * (float)layer.Levels; // rounded as in training
        private readonly float _threshold = layer.Threshold;

        public float Of(float value)
        {
            float whole = MathF.Truncate(Math.Max(-largest, Math.Min(value, largest)) * _scale);
            return largest > 0 && MathF.Abs(whole) > _threshold ? whole / _scale : 0;
        }
    }
}
