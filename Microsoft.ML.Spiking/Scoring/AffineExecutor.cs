namespace Microsoft.ML.Spiking.Scoring;

/// <summary>y = scale x + shift, constants for each channel.</summary>
internal sealed unsafe class AffineExecutor : LayerExecutor
{
    private readonly float[] _scale;
    private readonly float[] _shift;
    private readonly int _size;
    private readonly int _timeSteps;

    /// <param name="scale">[channels].</param>
    /// <param name="shift">[channels].</param>
    /// <param name="size">Values of a step, channel after channel.</param>
    /// <param name="timeSteps">T; 1 if the input is the same at every step.</param>
    public AffineExecutor(ReadOnlySpan<float> scale, ReadOnlySpan<float> shift, int size, int timeSteps)
    {
        _scale = scale.ToArray();
        _shift = shift.ToArray();
        _size = size;
        _timeSteps = timeSteps;
    }

    public override long OutputLength => (long)_timeSteps * _size;

    public override void Run(float* input, float* output, float* scratch)
    {
        int length = _size / _scale.Length;
        for (int t = 0; t < _timeSteps; t++)
        {
            for (int channel = 0; channel < _scale.Length; channel++)
            {
                float scale = _scale[channel], shift = _shift[channel];
                for (int i = 0; i < length; i++)
                {
                    *output++ = (*input++ * scale) + shift;
                }
            }
        }
    }
}
