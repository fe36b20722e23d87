using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Numerics.Simd;

namespace Microsoft.ML.Spiking.Scoring.Executors.Recurrent;

/// <summary>
/// <see cref="FeedbackLayer"/>, which has the equations: the rates of a row over all time steps, or their equilibrium.
/// </summary>
/// <param name="layer">The layer.</param>
/// <param name="weights">
/// The weights as a linear layer for one step, without a bias: of spikes, or of values at the equilibrium.
/// </param>
/// <param name="timeSteps">T.</param>
internal sealed unsafe class FeedbackExecutor(FeedbackLayer layer, LayerExecutor weights, int timeSteps) : LayerExecutor
{
    private const int MostSettling = 400;
    private const float Precision = 1e-7f;

    private readonly int _stride = CacheLines.Whole(layer.Size);
    private readonly float _threshold = (float)layer.Threshold;
    private readonly float _leak = (float)layer.Leak;

    public override long OutputLength => layer.Size;

    // What returns, the spikes and the potentials.
    public override long ScratchLength => (3L * _stride) + weights.ScratchLength;

    public override void Run(float* input, float* output, float* scratch)
    {
        float* returning = scratch, spikes = returning + _stride, potential = spikes + _stride;
        float* work = potential + _stride;
        new Span<float>(scratch, 3 * _stride).Clear();
        if (layer.IsAtEquilibrium)
        {
            Settle(input, output, returning, spikes, work);
            return;
        }
        new Span<float>(output, layer.Size).Clear();
        double share = 0;
        for (int t = 0; t < timeSteps; t++)
        {
            if (t > 0)
            {
                weights.Run(spikes, returning, work);
            }
            for (int i = 0; i < layer.Size; i++)
            {
                float u = (_leak * potential[i]) + (input[i] + returning[i]);
                spikes[i] = u >= _threshold ? 1 : 0;
                potential[i] = u - (spikes[i] * _threshold);
                output[i] = (_leak * output[i]) + spikes[i];
            }
            share = (share * layer.Leak) + 1;
        }
        for (int i = 0; i < layer.Size; i++)
        {
            output[i] /= (float)share;
        }
    }

    private void Settle(float* input, float* output, float* returning, float* rates, float* work)
    {
        for (int step = 0; step < MostSettling; step++)
        {
            weights.Run(rates, returning, work);
            float change = 0;
            for (int i = 0; i < layer.Size; i++)
            {
                float target = Math.Min(1, Math.Max(0, (input[i] + returning[i]) / _threshold));
                float next = (rates[i] + target) * 0.5f;
                change = Math.Max(change, Math.Abs(next - rates[i]));
                rates[i] = next;
            }
            if (change < Precision)
            {
                break;
            }
        }
        new Span<float>(rates, layer.Size).CopyTo(new Span<float>(output, layer.Size));
    }
}
