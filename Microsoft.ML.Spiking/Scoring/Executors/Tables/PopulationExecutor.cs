namespace Microsoft.ML.Spiking.Scoring.Executors.Tables;

/// <summary>Receptive fields: y = min(max(scale x + shift, lowest), highest), several for each feature.</summary>
/// <param name="fields">The number of fields of each feature: their sum is the length of the constants.</param>
/// <param name="constants">Scale, shift, lowest and highest, [outputs] each.</param>
/// <param name="timeSteps">T; 1 if the input is the same at every step.</param>
/// <remarks>
/// A step reads one value for each entry of the fields and writes as many as they add up to, which the definition
/// has checked: <see cref="Networks.PopulationLayer"/>.
/// </remarks>
internal sealed unsafe class PopulationExecutor(
    int[] fields, (float[] Scale, float[] Shift, float[] Lowest, float[] Highest) constants, int timeSteps)
    : LayerExecutor
{
    public override long OutputLength => (long)timeSteps * constants.Scale.Length;

    public override void Run(float* input, float* output, float* scratch)
    {
        for (int step = 0; step < timeSteps; step++)
        {
            int place = 0;
            foreach (int count in fields)
            {
                float value = *input++;
                for (int end = place + count; place < end; place++)
                {
                    float inside = (constants.Scale[place] * value) + constants.Shift[place];
                    *output++ = Math.Min(Math.Max(inside, constants.Lowest[place]), constants.Highest[place]);
                }
            }
        }
    }
}
