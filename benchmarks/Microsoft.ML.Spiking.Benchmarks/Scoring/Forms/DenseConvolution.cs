using Microsoft.ML.Spiking.Scoring.Executors;


namespace Microsoft.ML.Spiking.Benchmarks.Scoring.Forms;

/// <summary>A convolution that multiplies everything, zeros included, at each time step.</summary>
/// <param name="step">The convolution of one image.</param>
/// <param name="inputSize">Floats of an input image.</param>
/// <param name="timeSteps">T.</param>
internal sealed unsafe class DenseConvolution(LayerExecutor step, int inputSize, int timeSteps) : LayerExecutor
{
    public override long OutputLength => step.OutputLength * timeSteps;

    public override long ScratchLength => step.ScratchLength;

    public override void Run(float* input, float* output, float* scratch)
    {
        for (int t = 0; t < timeSteps; t++)
        {
            step.Run(input + ((long)t * inputSize), output + (t * step.OutputLength), scratch);
        }
    }
}
