namespace Microsoft.ML.Spiking.Training.Torch.Kernels;

/// <summary>What average pooling works on: images of [height, width] that windows without overlap cover exactly.</summary>
internal unsafe struct AveragePoolWork
{
    /// <summary>[images, height, width]: forward reads it; backward takes the gradient into it.</summary>
    public float* Images;

    /// <summary>[images, height / window height, width / window width]: forward writes it; backward reads its gradient.</summary>
    public float* Pooled;

    public long Height;

    public long Width;

    public int WindowHeight;

    public int WindowWidth;
}
