using Microsoft.ML.Spiking.Networks.Encoding;
using Microsoft.ML.Spiking.Neurons;

namespace Microsoft.ML.Spiking;

/// <summary>
/// Direct encoding: the features themselves are the current at every time step (the CLIF paper's choice). Everything
/// before the first neuron is then the same at every step and computed once.
/// </summary>
public sealed record DirectEncoder : InputEncoder
{
    internal override SignalKind OutputKind => SignalKind.Constant;

    internal override void Encode(ReadOnlySpan<float> row, in EncodingMoment moment, Span<float> current) =>
        row.CopyTo(current);
}
