using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Scoring.Spikes;

namespace Microsoft.ML.Spiking.Scoring.Plan;

/// <summary>
/// The inputs under a convolution's kernel. Images lie pixel after pixel, so that the inputs under a row of the kernel
/// are one run in the list of active inputs.
/// </summary>
internal static unsafe class KernelWindow
{
    /// <summary>
    /// The active inputs under the kernel, row by row; rows and columns outside of the image hold none.
    /// </summary>
    /// <param name="shape">The sizes.</param>
    /// <param name="y">The place's row.</param>
    /// <param name="x">Its column.</param>
    /// <param name="active">All active inputs of the image, in ascending order.</param>
    /// <param name="starts">See <see cref="FindStarts"/>.</param>
    /// <param name="values">The inputs' values, if the runs are to have some.</param>
    /// <param name="valueStride">From one input's values to the next's.</param>
    /// <param name="runs">Takes a run for each row of the kernel at most.</param>
    /// <returns>Number of runs.</returns>
    /// <remarks>
    /// The kernel lies within the padded image, whose pixels <see cref="Networks.Definition.NetworkLimits"/> bounds: no
    /// row, column or product of them overflows, also outside of the image.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int FindRuns(
        ConvolutionShape shape, int y, int x, int* active, int* starts, float* values, int valueStride, ActiveRun* runs)
    {
        int width = shape.Input.Width, kernelWidth = shape.Layer.Kernel.Width;
        int top = (y * shape.Layer.Stride.Height) - shape.Layer.Padding.Height;
        int left = (x * shape.Layer.Stride.Width) - shape.Layer.Padding.Width;
        int from = Math.Max(left, 0), to = Math.Min(left + kernelWidth, width);
        int count = 0;
        for (int row = 0; row < shape.Layer.Kernel.Height && from < to; row++)
        {
            if ((uint)(top + row) >= (uint)shape.Input.Height)
            {
                continue;
            }
            int line = (top + row) * width;
            int start = starts[line + from], end = starts[line + to];
            if (start < end)
            {
                runs[count].Inputs = active + start;
                runs[count].Values = values + ((long)start * valueStride);
                runs[count].Count = end - start;
                runs[count].WeightOffset = ((row * kernelWidth) - (line + (long)left)) * shape.GroupInputs;
                count++;
            }
        }
        return count;
    }

    /// <summary>For each pixel, and the one after the last, how many active inputs lie before it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FindStarts(ConvolutionShape shape, int* active, int count, int* starts)
    {
        int position = 0;
        for (int pixel = 0, end = 0; pixel <= shape.InputPixels; pixel++, end += shape.GroupInputs)
        {
            while (position < count && active[position] < end)
            {
                position++;
            }
            starts[pixel] = position;
        }
    }

    /// <summary>Copies one group's channels of the images of some steps.</summary>
    public static void CopyGroup(ConvolutionShape shape, float* input, int steps, int group, float* part)
    {
        int inputs = shape.GroupInputs;
        float* source = input + (group * inputs);
        for (long pixel = 0; pixel < (long)steps * shape.InputPixels; pixel++)
        {
            new Span<float>(source, inputs).CopyTo(new Span<float>(part, inputs));
            source += shape.Layer.InputChannels;
            part += inputs;
        }
    }
}
