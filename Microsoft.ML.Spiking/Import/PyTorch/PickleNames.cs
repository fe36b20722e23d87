using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Serialization;

namespace Microsoft.ML.Spiking.Import.PyTorch;

/// <summary>
/// The names that a pickle of tensors may use, and the data that they stand for. Nothing is ever called.
/// </summary>
internal static class PickleNames
{
    private static readonly Dictionary<string, object> Known = new(StringComparer.Ordinal)
    {
        ["collections.OrderedDict"] = Form.Dictionary,
        ["torch._utils._rebuild_tensor_v2"] = Form.Tensor,
        ["torch._utils._rebuild_parameter"] = Form.Parameter,
        ["torch.FloatStorage"] = StoredType.Float32,
        ["torch.DoubleStorage"] = StoredType.Float64,
        ["torch.HalfStorage"] = StoredType.Float16,
        ["torch.BFloat16Storage"] = StoredType.BFloat16,
        ["torch.LongStorage"] = StoredType.Int64,
    };

    private enum Form
    {
        Dictionary,
        Tensor,
        Parameter,
    }

    /// <summary>Returns what a name stands for.</summary>
    /// <exception cref="FormatException">It is not one of the known names.</exception>
    public static object Find(string module, string name, int position) =>
        Known.TryGetValue($"{module}.{name}", out object? known) ? known : throw PickleReader.Fault(position,
            $"asks for '{Quotation.Of($"{module}.{name}")}', which was not run");

    /// <summary>Returns the data of a name with arguments.</summary>
    /// <exception cref="FormatException">The arguments are not those of data.</exception>
    public static object Apply(object? function, object? arguments, int position) => (function, arguments) switch
    {
        (Form.Dictionary, object?[] { Length: 0 }) => new PickledDictionary(),
        (Form.Tensor, object?[] and [PickledStorage storage, long offset, object?[] shape, object?[] strides, ..]) =>
            Tensor(storage, offset, shape, strides, position),
        (Form.Parameter, object?[] and [PickledTensor tensor, ..]) => tensor,
        _ => throw PickleReader.Fault(position, "applies a name to what does not belong to it"),
    };

    /// <summary>Returns the values that a persistent id names.</summary>
    /// <exception cref="FormatException">It names something else.</exception>
    public static PickledStorage Storage(object? id, int position) =>
        id is object?[] and ["storage", StoredType type, string key, string, long and >= 0 and var count]
            ? new(type, key, count)
            : throw PickleReader.Fault(position, "refers to something other than a tensor's values");

    private static PickledTensor Tensor(
        PickledStorage storage, long offset, object?[] shape, object?[] strides, int position)
    {
        int[]? lengths = Numbers(shape), steps = Numbers(strides);
        long size = lengths is null ? 0 : Shapes.LongSize(lengths);
        if (lengths is null || steps is null || steps.Length != lengths.Length || offset < 0
            || lengths.Length > NetworkLimits.MostDimensions || size > NetworkLimits.MostWeights
            || size > storage.Count - offset
            || (size > 0 && offset + lengths.Zip(steps, (length, step) => (length - 1L) * step).Sum() >= storage.Count))
        {
            throw PickleReader.Fault(position, "has a tensor that does not fit into its values");
        }
        return new(storage, offset, lengths, steps);
    }

    private static int[]? Numbers(object?[] items) =>
        items.All(item => item is long and >= 0 and <= int.MaxValue)
            ? [.. items.Select(item => (int)(long)item!)] : null;
}

/// <summary>A dictionary of a pickle, in its order.</summary>
internal sealed class PickledDictionary : List<(object? Key, object? Value)>;

/// <summary>The values behind tensors.</summary>
/// <param name="Type">Of the values.</param>
/// <param name="Key">The name of the file's part that holds them.</param>
/// <param name="Count">How many there are.</param>
internal sealed record PickledStorage(StoredType Type, string Key, long Count);

/// <summary>A tensor: values of a storage from an offset on, with a step for each dimension.</summary>
internal sealed record PickledTensor(
    PickledStorage Storage, long Offset, IReadOnlyList<int> Shape, IReadOnlyList<int> Strides);
