using Microsoft.ML.Spiking.Networks;


namespace Microsoft.ML.Spiking.Scoring.Plan;

/// <summary>The sizes of a convolution on images of known size.</summary>
/// <param name="Layer">The convolution.</param>
/// <param name="Input">The arriving image.</param>
/// <param name="Output">The leaving image.</param>
internal sealed record ConvolutionShape(ConvolutionLayer Layer, Extent Input, Extent Output)
{
    public int Groups => Layer.Groups;

    /// <summary>Gets the number of input channels of a group.</summary>
    public int GroupInputs => Layer.InputChannels / Layer.Groups;

    /// <summary>Gets the number of output channels of a group.</summary>
    public int GroupOutputs => Layer.OutputChannels / Layer.Groups;

    public int InputPixels => checked(Input.Height * Input.Width);

    public int OutputSize => checked(Output.Height * Output.Width * Layer.OutputChannels);

    /// <summary>Gets the number of inputs that an output sums.</summary>
    public int KernelSize => checked(Layer.Kernel.Height * Layer.Kernel.Width * GroupInputs);

    /// <summary>
    /// A group's weights, [outputs, kernel rows, kernel columns, inputs]: in the order in which images lie.
    /// </summary>
    /// <param name="weights">[outputs of all groups, inputs of a group, kernel rows, kernel columns].</param>
    /// <param name="group">From 0.</param>
    public float[] GroupWeights(ReadOnlySpan<float> weights, int group)
    {
        float[] ordered = new float[checked(GroupOutputs * KernelSize)];
        ReadOnlySpan<float> own = weights.Slice(group * ordered.Length, ordered.Length);
        int next = 0;
        for (int output = 0; output < GroupOutputs; output++)
        {
            Span<float> kernel = ordered.AsSpan(output * KernelSize, KernelSize);
            for (int channel = 0; channel < GroupInputs; channel++)
            {
                for (int place = channel; place < kernel.Length; place += GroupInputs)
                {
                    kernel[place] = own[next++];
                }
            }
        }
        return ordered;
    }
}
