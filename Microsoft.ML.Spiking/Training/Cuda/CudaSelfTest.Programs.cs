using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Loop;
using Microsoft.ML.Spiking.Training.Optimizers;
using Microsoft.ML.Spiking.Training.Torch;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Cuda;

internal static partial class CudaSelfTest
{
    private const int Classes = Channels;

    // Each value of a block is worked on by its own thread: these need more than one block, the last of them in part.
    private const int ProgramValues = (TimeSteps * Neurons) + 3;

    /// <summary>Computes something with kernels, or on the CPU without them.</summary>
    private delegate float[] ProgramResults(CudaKernels? kernels, Device device);

    /// <summary>Gets what each plain program is compared by.</summary>
    private static (string Name, ProgramResults Results)[] Programs { get; } =
    [
        ("dropout", Masks),
        ("Poisson encoding", (kernels, device) => Encoded(new PoissonEncoder(), kernels, device)),
        ("latency encoding", (kernels, device) => Encoded(new LatencyEncoder(), kernels, device)),
        ("float16", Halves),
        ("the loss", Losses),
        ("SGD", (kernels, device) => Optimized(device, parameters =>
            new Sgd(parameters, momentum: 0.9, weightDecay: 0.1, maximumNorm: 1, kernels))),
        ("AdamW", (kernels, device) => Optimized(device, parameters =>
            new AdamW(parameters, weightDecay: 0.1, maximumNorm: null, kernels))),
        ("weights in bfloat16", (kernels, device) => Copied(ScalarType.BFloat16, kernels, device)),
        ("weights in float32", (kernels, device) => Copied(ScalarType.Float32, kernels, device)),
    ];

    private static float[] Masks(CudaKernels? kernels, Device device)
    {
        Tensor input = zeros([TimeSteps, Rows, Channels], ScalarType.Float32, device);
        return Values(new TorchDropout(index: 1, rate: 0.4, kernels)
            .MaskOf(new(input, IsConstant: false), new() { IsTraining = true, Seed = 3, Epoch = 2, FirstRow = 5 })!);
    }

    private static float[] Encoded(InputEncoder encoder, CudaKernels? kernels, Device device)
    {
        NetworkDefinition network =
            new Mlp(2).Bind(new([Channels], ClassCount: 2, TimeSteps, encoder, new ClifNeuron(), Dropout: 0));
        Tensor rows = tensor(Sequence(Neurons, 0.61803), [Rows, Channels]).abs().to(device);
        return Values(new TorchEncoder(network, kernels)
            .Encode(rows, new() { IsTraining = true, Seed = 3, Epoch = 2 }).Values);
    }

    // Rounded; and larger values, which float16 has room for if they are scaled, rounded and restored.
    private static float[] Halves(CudaKernels? kernels, Device device)
    {
        Tensor values = tensor(Sequence(ProgramValues, 0.61803)).to(device, copy: true); // which is aligned
        Tensor large = tensor(Waves(1 << 20, 0.41421)).to(device, copy: true);
        if (kernels is null)
        {
            return [.. Values(values.to_type(ScalarType.Float16).to_type(ScalarType.Float32)), .. Values(large)];
        }
        Tensor halves = empty([ProgramValues], ScalarType.Float16, device);
        Tensor largest = zeros([1], ScalarType.Int32, device), restored = empty_like(large);
        (nint known, nint to) = (DeviceMemory.Address(largest), DeviceMemory.Address(halves));
        (nint from, nint back) = (DeviceMemory.Address(large), DeviceMemory.Address(restored));
        long n = large.numel();
        var launch = new HalfLaunch(kernels);
        launch.Round(DeviceMemory.Address(values), to, ProgramValues);
        float[] plain = Values(halves.to_type(ScalarType.Float32));
        launch.Largest(from, n, known);
        launch.Round(from, to, n, known, headroom: 4);
        launch.Restore(to, back, n, known, headroom: 4);
        return [.. plain, .. Values(restored)];
    }

    private static float[] Losses(CudaKernels? kernels, Device device)
    {
        Tensor logits = tensor(Sequence(TimeSteps * Rows * Classes, 0.61803), [TimeSteps, Rows, Classes]).to(device);
        Tensor labels = tensor([.. Enumerable.Range(0, Rows).Select(row => row * 3L % Classes)]).to(device);
        Tensor weights = tensor([.. Enumerable.Range(0, Rows).Select(row => 0.5f + (row % 3))]).to(device);
        double total = Enumerable.Range(0, Rows).Sum(row => 0.5 + (row % 3));
        var batch = new Batch(Rows, zeros([Rows, 1]), labels, weights, total)
        {
            Shares = tensor([.. Enumerable.Repeat(0.75f, Rows)]).to(device),
        };
        LossResult result = new Loss(0.3, LossTarget.OneHot, labelSmoothing: 0.1)
            .AtOnce(logits, batch, upstream: total, kernels)!.Value;
        Tensor correct = result.Correct ?? EpochTally.Correct(result.MeanLogits, labels);
        return
        [
            .. Values(result.Loss), .. Values(correct.to_type(ScalarType.Float32)), .. Values(result.Gradient),
            .. Values(result.MeanLogits),
        ];
    }

    private static float[] Optimized(Device device, Func<IReadOnlyList<Tensor>, Optimizer> create)
    {
        Tensor[] parameters =
        [
            .. new[] { ProgramValues, Channels }.Select(length =>
                tensor(Sequence(length, 0.61803)).to(device).requires_grad_()),
        ];
        using Optimizer optimizer = create(parameters);
        for (int step = 0; step < 2; step++)
        {
            foreach (Tensor parameter in parameters)
            {
                parameter.grad = tensor(Sequence((int)parameter.numel(), 0.41421 * (step + 1))).to(device);
            }
            optimizer.Step(0.25);
        }
        return [.. parameters.SelectMany(parameter => Values(parameter))];
    }

    // Two passes, whose gradients are added.
    private static float[] Copied(ScalarType type, CudaKernels? kernels, Device device)
    {
        long[][] shapes = [[Neurons / 18, Channels, 3, 3], [Channels, Rows, 1, 1]];
        Tensor[] weights =
        [
            .. shapes.Select(shape => tensor(Sequence((int)shape.Aggregate((x, y) => x * y), 0.61803), shape)
                .to(device).requires_grad_()),
        ];
        using var rounded = new RoundedWeights(type, kernels);
        var results = new List<float>();
        for (int pass = 0; pass < 2; pass++)
        {
            foreach (Tensor weight in weights)
            {
                Tensor copy = rounded.Of(weight);
                results.AddRange(Values(copy.to_type(ScalarType.Float32).contiguous()));
                copy.grad = copy.detach().Times(0.3 + pass);
            }
            rounded.Collect();
            rounded.Refresh();
        }
        return [.. results, .. weights.SelectMany(weight => Values(weight.grad!))];
    }

    // Values between -1 and 1 that float16 and bfloat16 round.
    private static float[] Sequence(int length, double pace) =>
        [.. Enumerable.Range(0, length).Select(i => (float)((2 * (i * pace % 1)) - 1))];
}
