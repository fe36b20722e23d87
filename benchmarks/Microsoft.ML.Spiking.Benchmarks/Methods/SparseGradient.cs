using System.Numerics;

namespace Microsoft.ML.Spiking.Benchmarks.Methods;

/// <summary>
/// The gradient of a linear layer of spikes from the few neurons near their threshold alone, in floating point type
/// <typeparamref name="T"/>: equal to the product of all, where the surrogate gradient is 0 elsewhere, no gradient goes
/// through the reset and the leak is constant.
/// </summary>
/// <remarks>
/// <code>
/// v[t] = alpha v[t-1] + s[t] W - reset     trace[t] = alpha trace[t-1] + s[t]
/// lambda[t] = delta[t] + alpha lambda[t+1]  delta: the gradient by the spike times the surrogate gradient
/// dense:   dW = sum over t of s[t]' lambda[t]
/// sparse:  dW = sum over t of trace[t]' delta[t], of which few are not 0
/// ds[t] = lambda[t] W', needed only where the input neuron is near its own threshold
/// </code>
/// Source: Perez-Nieves, Goodman, "Sparse Spiking Gradient Descent", NeurIPS 2021, arXiv 2105.08810.
/// </remarks>
/// <param name="rows">N.</param>
/// <param name="steps">T.</param>
/// <param name="inputs">The number of inputs.</param>
/// <param name="outputs">The number of neurons.</param>
/// <param name="alpha">The part of the potential that a step leaves.</param>
internal sealed class SparseGradient<T>(int rows, int steps, int inputs, int outputs, T alpha)
    where T : unmanaged, INumber<T>
{
    /// <summary>Computes the traces of the inputs.</summary>
    /// <param name="spikes">[T, N, inputs].</param>
    /// <param name="traces">[T, N, inputs].</param>
    public void Trace(ReadOnlySpan<T> spikes, Span<T> traces)
    {
        int size = rows * inputs;
        spikes[..size].CopyTo(traces);
        for (int t = 1; t < steps; t++)
        {
            MultiplyAdd(traces.Slice((t - 1) * size, size), alpha, spikes.Slice(t * size, size),
                traces.Slice(t * size, size));
        }
    }

    /// <summary>Computes lambda in the place of delta, [T, N, outputs].</summary>
    public void Carry(Span<T> delta)
    {
        int size = rows * outputs;
        for (int t = steps - 2; t >= 0; t--)
        {
            Span<T> step = delta.Slice(t * size, size);
            MultiplyAdd(delta.Slice((t + 1) * size, size), alpha, step, step);
        }
    }

    /// <summary>Adds the gradient by the weights.</summary>
    /// <param name="traces">[T, N, inputs].</param>
    /// <param name="delta">[T, N, outputs], before <see cref="Carry"/>.</param>
    /// <param name="active">The places in <paramref name="delta"/> that are not 0.</param>
    /// <param name="gradient">[outputs, inputs].</param>
    public void Weights(ReadOnlySpan<T> traces, ReadOnlySpan<T> delta, ReadOnlySpan<int> active, Span<T> gradient)
    {
        foreach (int place in active)
        {
            (int row, int output) = int.DivRem(place, outputs);
            Span<T> sum = gradient.Slice(output * inputs, inputs);
            MultiplyAdd(traces.Slice(row * inputs, inputs), delta[place], sum, sum);
        }
    }

    /// <summary>Computes the gradient by the input spikes.</summary>
    /// <param name="lambda">[T, N, outputs], after <see cref="Carry"/>.</param>
    /// <param name="weights">[inputs, outputs].</param>
    /// <param name="active">The places in <paramref name="gradient"/> that are needed.</param>
    /// <param name="gradient">[T, N, inputs]; others are left as they are.</param>
    public void Inputs(ReadOnlySpan<T> lambda, ReadOnlySpan<T> weights, ReadOnlySpan<int> active, Span<T> gradient)
    {
        foreach (int place in active)
        {
            (int row, int input) = int.DivRem(place, inputs);
            gradient[place] = Dot(lambda.Slice(row * outputs, outputs), weights.Slice(input * outputs, outputs));
        }
    }

    // result = factor x + y
    private static void MultiplyAdd(ReadOnlySpan<T> x, T factor, ReadOnlySpan<T> y, Span<T> result)
    {
        var factors = new Vector<T>(factor);
        int i = 0;
        for (; i <= x.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            ((factors * new Vector<T>(x[i..])) + new Vector<T>(y[i..])).CopyTo(result[i..]);
        }
        for (; i < x.Length; i++)
        {
            result[i] = (factor * x[i]) + y[i];
        }
    }

    private static T Dot(ReadOnlySpan<T> x, ReadOnlySpan<T> y)
    {
        Vector<T> sums = Vector<T>.Zero;
        int i = 0;
        for (; i <= x.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            sums += new Vector<T>(x[i..]) * new Vector<T>(y[i..]);
        }
        T sum = Vector.Sum(sums);
        for (; i < x.Length; i++)
        {
            sum += x[i] * y[i];
        }
        return sum;
    }
}
