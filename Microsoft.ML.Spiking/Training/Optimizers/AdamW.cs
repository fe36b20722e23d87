using System.Numerics;
using Microsoft.ML.Spiking.Training.Cuda;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Optimizers;

/// <summary>
/// Adam with decoupled weight decay (Loshchilov and Hutter, ICLR 2019): p &lt;- p (1 - rate decay);
/// m &lt;- beta1 m + (1 - beta1) g; v &lt;- beta2 v + (1 - beta2) g^2;
/// p &lt;- p - rate m^ / (sqrt(v^) + epsilon), m^ and v^ corrected for their bias towards 0.
/// </summary>
internal sealed class AdamW(IReadOnlyList<Tensor> parameters, double weightDecay, double? maximumNorm = null,
    CudaKernels? kernels = null) : Optimizer(parameters, maximumNorm, kernels)
{
    /// <summary>The name of the running means of squared gradients, which are never negative.</summary>
    public const string SecondMoments = "second";

    private const double Beta1 = 0.9;
    private const double Beta2 = 0.999;
    private const double Epsilon = 1e-8;

    private readonly Tensor[] _first = Buffers(parameters);
    private readonly Tensor[] _second = Buffers(parameters);
    private AdamWStep _step;

    public override IReadOnlyList<KeyValuePair<string, Tensor[]>> Memory =>
        [new("first", _first), new(SecondMoments, _second)];

    private protected override void BeginStep(double learningRate) => _step = new(
        Kept: 1 - (learningRate * weightDecay),
        Size: learningRate / (1 - Math.Pow(Beta1, Steps)),
        Root: Math.Sqrt(1 - Math.Pow(Beta2, Steps)),
        Beta1, Beta2, Epsilon);

    private protected override void Update(int index, Tensor parameter, Tensor gradient)
    {
        parameter.Multiply(_step.Kept);
        Tensor first = _first[index].Multiply(Beta1).Add(gradient, factor: 1 - Beta1);
        Tensor second = _second[index].Multiply(Beta2).AddProduct(gradient, gradient, 1 - Beta2);
        Tensor denominator = second.sqrt().Divide(_step.Root).Add(Epsilon);
        parameter.AddQuotient(first, denominator, -_step.Size);
    }

    // What torch's operations above do to each value, in their order.
    private protected override unsafe void Update(OptimizedMemory memory, Span<float> gradient)
    {
        float* weights = memory.Weights, first = memory.First, second = memory.Second;
        float kept = (float)_step.Kept, size = (float)_step.Size, root = (float)_step.Root;
        float beta1 = (float)Beta1, rest1 = (float)(1 - Beta1), beta2 = (float)Beta2, rest2 = (float)(1 - Beta2);
        int i = 0;
        for (; i <= gradient.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var slope = new Vector<float>(gradient[i..]);
            Vector<float> mean = (Vector.Load(first + i) * beta1) + (slope * rest1);
            Vector<float> square = (Vector.Load(second + i) * beta2) + (slope * slope * rest2);
            Vector<float> denominator = (Vector.SquareRoot(square) / root) + new Vector<float>((float)Epsilon);
            mean.Store(first + i);
            square.Store(second + i);
            ((Vector.Load(weights + i) * kept) - (size * (mean / denominator))).Store(weights + i);
        }
        for (; i < gradient.Length; i++)
        {
            first[i] = (first[i] * beta1) + (gradient[i] * rest1);
            second[i] = (second[i] * beta2) + (gradient[i] * gradient[i] * rest2);
            float denominator = (MathF.Sqrt(second[i]) / root) + (float)Epsilon;
            weights[i] = (weights[i] * kept) - (size * (first[i] / denominator));
        }
    }

    private protected override void Update(
        CudaKernels kernels, IReadOnlyList<OptimizedArray> arrays, Tensor? factor) =>
        OptimizerLaunch.AdamW(kernels, arrays, _step, factor);
}
