using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch;

/// <summary>The arrays of a network as tensors on a device, in the definition's order.</summary>
internal sealed class TorchParameters : IDisposable
{
    private readonly Dictionary<string, Tensor> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<Tensor, Tensor> _zeros = new(ReferenceEqualityComparer.Instance);
    private readonly List<Tensor> _constants = [];

    /// <summary>Allocates the arrays; their values are undefined until <see cref="Import"/>.</summary>
    /// <param name="definition">The network.</param>
    /// <param name="device">The device of the arrays.</param>
    /// <param name="type">Their type.</param>
    /// <param name="byInput">The weight, [outputs, inputs], that lies input by input; null for none.</param>
    public TorchParameters(NetworkDefinition definition, Device device, ScalarType type, string? byInput = null)
    {
        Definition = definition;
        Device = device;
        Type = type;
        foreach (ParameterSpec spec in definition.Parameters)
        {
            long[] shape = [.. spec.Shape.Select(length => (long)length)];
            bool isTrained = spec.Role != ParameterRole.Buffer;
            using DisposeScope scope = NewDisposeScope();
            Tensor array = spec.Name == byInput
                ? zeros([shape[1], shape[0]], type, device).t().requires_grad_(isTrained)
                : zeros(shape, type, device, requires_grad: isTrained);
            _byName.Add(spec.Name, array.DetachFromDisposeScope());
        }
        Trained = [.. definition.Parameters
            .Where(spec => spec.Role != ParameterRole.Buffer).Select(spec => _byName[spec.Name])];
    }

    public NetworkDefinition Definition { get; }

    public Device Device { get; }

    public ScalarType Type { get; }

    /// <summary>Gets the arrays that receive gradients.</summary>
    public IReadOnlyList<Tensor> Trained { get; }

    /// <summary>Gets all arrays.</summary>
    public IEnumerable<Tensor> All => Definition.Parameters.Select(spec => _byName[spec.Name]);

    public Tensor this[string name] => _byName[name];

    /// <summary>
    /// Gives an array that the loss does not depend on a gradient of zeros, unless it has one: optimizers leave alone
    /// what has none. The zeros are not to be overwritten.
    /// </summary>
    public void SetZeroGradient(Tensor array)
    {
        if (array.grad is not null)
        {
            return;
        }
        if (!_zeros.TryGetValue(array, out Tensor? zero))
        {
            using IDisposable noGradient = no_grad();
            _zeros.Add(array, zero = zeros_like(array).DetachFromDisposeScope());
        }
        array.grad = zero;
    }

    /// <summary>Keeps a constant of a layer, which then lives as long as the arrays, in no dispose scope.</summary>
    public Tensor Keep(Tensor constant)
    {
        _constants.Add(constant.DetachFromDisposeScope());
        return constant;
    }

    /// <summary>Copies weights into the arrays.</summary>
    public void Import(NetworkWeights weights)
    {
        foreach (WeightArray array in weights)
        {
            TensorCopy.Fill(_byName[array.Name], array.Array);
        }
    }

    /// <summary>Returns a copy of the weights in managed memory.</summary>
    public NetworkWeights Export() => new(Definition, Definition.Parameters.Select(Export));

    /// <summary>Returns whether every value is finite. Waits for the device.</summary>
    public bool AreFinite()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        return DeviceWait.Item<bool>(stack(All.SelectMany(TensorCopy.Parts)
            .Select(part => part.Rows.isfinite().all())).all());
    }

    public void Dispose()
    {
        foreach (Tensor parameter in _byName.Values.Concat(_zeros.Values).Concat(_constants))
        {
            parameter.Dispose();
        }
    }

    private WeightArray Export(ParameterSpec spec) =>
        new(spec.Name, spec.Shape, TensorCopy.ToArray(_byName[spec.Name]));
}
