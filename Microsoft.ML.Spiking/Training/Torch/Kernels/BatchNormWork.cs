namespace Microsoft.ML.Spiking.Training.Torch.Kernels;

/// <summary>What batch normalization by the statistics of each time step works on: arrays of [T, N, channels, area].</summary>
internal unsafe struct BatchNormWork
{
    public float* Input;

    /// <summary>Forward: takes the normalized values. May not be the input.</summary>
    public float* Output;

    /// <summary>Backward: the gradient by the output.</summary>
    public float* Upstream;

    /// <summary>Backward: takes the gradient by the input; may be the upstream gradient itself.</summary>
    public float* Gradient;

    /// <summary>[channels].</summary>
    public float* Weight;

    /// <summary>[channels].</summary>
    public float* Bias;

    /// <summary>[T, channels]: mean of each; forward writes it, backward reads it.</summary>
    public double* Mean;

    /// <summary>[T, channels]: the biased variance of each.</summary>
    public double* Variance;

    /// <summary>[T, channels]: backward: the sum of the upstream gradient.</summary>
    public double* UpstreamSum;

    /// <summary>[T, channels]: backward: the sum of upstream gradient times normalized input.</summary>
    public double* ProductSum;

    /// <summary>N.</summary>
    public long Rows;

    public long Channels;

    /// <summary>Values of a channel of a row.</summary>
    public long Area;

    public double Epsilon;
}
