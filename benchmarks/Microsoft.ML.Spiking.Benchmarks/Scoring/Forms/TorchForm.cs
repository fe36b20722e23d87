using System.Runtime.InteropServices;
using Microsoft.ML.Spiking.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Benchmarks.Scoring.Forms;

/// <summary>A way to score rows in libtorch, without ML.NET.</summary>
/// <param name="definition">The network.</param>
internal abstract class TorchForm(NetworkDefinition definition) : IDisposable
{
    protected NetworkDefinition Definition { get; } = definition;

    public int ClassCount => Definition.ClassCount;

    /// <summary>Scores rows; copying in and out is part of it, as in all other forms.</summary>
    /// <param name="features">[rows, features].</param>
    /// <param name="rows">N.</param>
    /// <param name="scores">[rows, classes].</param>
    public void Score(ReadOnlySpan<float> features, int rows, Span<float> scores)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        Tensor input = empty([rows, .. Definition.RowShape.Select(length => (long)length)], ScalarType.Float32, CPU);
        features[..(rows * Definition.InputSize)].CopyTo(MemoryMarshal.Cast<byte, float>(input.bytes));
        Tensor result = Logits(input).softmax(1).contiguous();
        MemoryMarshal.Cast<byte, float>(result.bytes).CopyTo(scores);
    }

    public abstract void Dispose();

    /// <summary>Returns the mean logits over time, [N, classes].</summary>
    protected abstract Tensor Logits(Tensor input);
}
