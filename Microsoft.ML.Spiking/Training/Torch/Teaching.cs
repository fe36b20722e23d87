using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Randomness;
using Microsoft.ML.Spiking.Training.Cuda;
using Microsoft.ML.Spiking.Training.Methods;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch;

/// <summary>A teacher at work beside a network in training.</summary>
internal sealed class Teaching : IDisposable
{
    private readonly TeacherSettings _teacher;
    private readonly TorchNetwork? _network;
    private readonly string _taughtLayer = "";
    private readonly string _studentLayer = "";
    private readonly RestorationLayer? _restoration;

    /// <param name="teacher">The teacher.</param>
    /// <param name="student">The network in training.</param>
    /// <param name="device">Where it is trained.</param>
    public Teaching(TeacherSettings teacher, NetworkDefinition student, Device device)
    {
        _teacher = teacher;
        if (teacher.Network is { } model)
        {
            _network = new(model, device);
            _network.Parameters.Import(teacher.Weights!);
        }
        _restoration = student.Layers.OfType<RestorationLayer>().FirstOrDefault();
        if (_restoration is not null)
        {
            _studentLayer = NameOf(student);
            _taughtLayer = NameOf(teacher.Network!);
        }
    }

    /// <summary>Makes a pass show the neurons that features are restored from; null where none are.</summary>
    public TaughtFeature? Watch(ref ForwardPass pass)
    {
        if (_restoration is null)
        {
            return null;
        }
        var feature = new TaughtFeature(_studentLayer);
        pass = pass with { NeuronOutputs = (pass.NeuronOutputs ?? ((_, _) => { })) + feature.See };
        return feature;
    }

    /// <summary>Computes each row's loss against the teacher, [N].</summary>
    /// <param name="student">The network in training.</param>
    /// <param name="features">The batch's rows, [N, features].</param>
    /// <param name="logits">The network's, [T, N, classes].</param>
    /// <param name="classes">The labels' probabilities, [N, classes].</param>
    /// <param name="feature">What <see cref="Watch"/> gave.</param>
    /// <param name="pass">The pass of the batch.</param>
    public Tensor RowLosses(TorchNetwork student, Tensor features, Tensor logits, Tensor classes,
        TaughtFeature? feature, ForwardPass pass)
    {
        using DisposeScope scope = NewDisposeScope();
        using TaughtFeature? wanted = feature is null ? null : new(_taughtLayer);
        Tensor taught;
        using (no_grad())
        {
            taught = _network is null ? Asked(features, logits.shape[2])
                : _network.Forward(features, ForwardPass.Evaluation with
                {
                    NeuronOutputs = wanted is null ? null : wanted.See,
                }).mean([0]);
        }
        Tensor rows = DistillationLoss.OfLogits(logits.mean([0]), taught.to(logits.dtype, logits.device), classes,
            _teacher.Temperature).Times(_teacher.LogitWeight);
        if (feature is not null)
        {
            Tensor mean = feature.Mean
                ?? throw new InvalidOperationException("The network's last neurons did not run.");
            Tensor blurred = mean * Mask(mean, pass, student.Kernels);
            Tensor restored = DistillationLoss.Restore(blurred, _restoration!, student.Parameters);
            rows = rows.Plus(DistillationLoss.OfFeatures(restored, wanted!.Mean!), factor: _teacher.FeatureWeight);
        }
        return rows.MoveToOuterDisposeScope();
    }

    public void Dispose() => _network?.Dispose();

    private static string NameOf(NetworkDefinition network) =>
        network.Layers[Distillation.LastNeurons(network).At].Name;

    private Tensor Asked(Tensor features, long classes)
    {
        int rows = (int)features.shape[0];
        Tensor values = DeviceWait.ToCpu(features, ScalarType.Float32).contiguous();
        Tensor logits = empty([rows, classes], ScalarType.Float32, CPU);
        _teacher.Other!.Score(TensorMemory.Values(values), rows,
            TensorMemory.Values(logits));
        return logits;
    }

    // [N, channels, 1, 1], or [N, values]: 0 where a channel is dropped.
    private Tensor Mask(Tensor mean, ForwardPass pass, CudaKernels? kernels)
    {
        (int rows, int channels) = ((int)mean.shape[0], (int)mean.shape[1]);
        long[] shape = [rows, channels, .. Enumerable.Repeat(1L, (int)mean.dim() - 2)];
        if (kernels is not null)
        {
            return DropoutLaunch.Draw(kernels, shape, mean.device,
                new(pass.Seed, RandomPurpose.Blurring, 0, pass.Epoch), pass.FirstRow, _teacher.Blur, kept: 1);
        }
        Tensor mask = empty([rows, channels], ScalarType.Float32, CPU);
        Span<float> values = TensorMemory.Values(mask);
        for (int row = 0; row < rows; row++)
        {
            Span<float> own = values.Slice(row * channels, channels);
            new RandomStream(pass.Seed, RandomPurpose.Blurring, 0, pass.Epoch, pass.FirstRow + row).FillUniform(own);
            foreach (ref float value in own)
            {
                value = value < (float)_teacher.Blur ? 0 : 1;
            }
        }
        return mask.to(mean.dtype, mean.device).view(shape);
    }
}

/// <summary>The mean over time of a layer's output in one pass, in float32 at least.</summary>
/// <param name="layer">The layer of neurons.</param>
internal sealed class TaughtFeature(string layer) : IDisposable
{
    /// <summary>Gets the mean, [N, ...]; null before the layer has run.</summary>
    public Tensor? Mean { get; private set; }

    /// <summary>Takes the output of a layer, [T, N, ...], if it is the one.</summary>
    public void See(string name, Tensor values)
    {
        if (name == layer)
        {
            Mean?.Dispose();
            using Tensor wide = values.Widened();
            Mean = wide.mean([0]).DetachFromDisposeScope();
        }
    }

    public void Dispose() => Mean?.Dispose();
}

/// <summary>The losses against a teacher, [N] each.</summary>
internal static class DistillationLoss
{
    private const double Least = 1e-7;

    /// <summary>Compares logits.</summary>
    /// <param name="student">[N, classes].</param>
    /// <param name="teacher">[N, classes].</param>
    /// <param name="classes">The labels' probabilities, [N, classes].</param>
    /// <param name="temperature">Divides both.</param>
    public static Tensor OfLogits(Tensor student, Tensor teacher, Tensor classes, double temperature)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor weights;
        using (no_grad())
        {
            Tensor ofTeacher = CrossEntropy(teacher, classes).Plus(Least);
            weights = (CrossEntropy(student.detach(), classes).neg() / ofTeacher).exp().OneMinus();
        }
        Tensor wanted = nn.functional.softmax(teacher.Over(temperature), 1);
        Tensor rows = CrossEntropy(student.Over(temperature), wanted);
        return (rows * weights).Times(temperature * temperature).MoveToOuterDisposeScope();
    }

    /// <summary>Restores features from blurred ones.</summary>
    /// <param name="blurred">[N, ...].</param>
    /// <param name="layer">The layers that do it.</param>
    /// <param name="parameters">The arrays of the network in training.</param>
    public static Tensor Restore(Tensor blurred, RestorationLayer layer, TorchParameters parameters)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor hidden = Apply(layer.Layers[0], blurred, parameters);
        return Apply(layer.Layers[1], nn.functional.relu(hidden), parameters).MoveToOuterDisposeScope();
    }

    /// <summary>Returns the mean squared error of each row.</summary>
    public static Tensor OfFeatures(Tensor restored, Tensor teacher)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor difference = (restored - teacher).flatten(1);
        return (difference * difference).mean([1]).MoveToOuterDisposeScope();
    }

    private static Tensor Apply(Layer layer, Tensor values, TorchParameters parameters) =>
        TorchLayerFactory.CreateAlone(layer, parameters).Forward(new(values, IsConstant: true), ForwardPass.Evaluation)
            .Values;

    private static Tensor CrossEntropy(Tensor logits, Tensor wanted) =>
        -(nn.functional.log_softmax(logits, 1) * wanted).sum(1);
}
