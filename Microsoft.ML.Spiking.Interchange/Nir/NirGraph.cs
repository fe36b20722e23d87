using Microsoft.ML.Spiking.Networks.Definition;

namespace Microsoft.ML.Spiking.Interchange.Nir;

/// <summary>A graph of NIR: nodes by name, and what leads where.</summary>
/// <param name="Nodes">In the order of the file.</param>
/// <param name="Edges">From a node to a node, by name.</param>
internal sealed record NirGraph(
    IReadOnlyDictionary<string, NirNode> Nodes, IReadOnlyList<(string From, string To)> Edges)
{
    private readonly ILookup<string, string> _next = Edges.ToLookup(edge => edge.From, edge => edge.To);
    private readonly ILookup<string, string> _before = Edges.ToLookup(edge => edge.To, edge => edge.From);

    /// <summary>Returns the only node of type Input.</summary>
    /// <exception cref="FormatException">There is none, or more than one.</exception>
    public NirNode Input()
    {
        NirNode[] inputs = [.. Nodes.Values.Where(node => node.Type == "Input")];
        return inputs.Length == 1 ? inputs[0] : throw new FormatException(
            $"The NIR graph has {inputs.Length} nodes of type Input; one is needed.");
    }

    /// <summary>Returns the nodes that a node leads to: one, or two where a residual layer begins.</summary>
    /// <exception cref="FormatException">There are none, or more, or an edge leads nowhere.</exception>
    public IReadOnlyList<NirNode> After(NirNode node)
    {
        string[] names = [.. _next[node.Name]];
        return names.Length is 1 or 2 ? [.. names.Select(Find)] : throw new FormatException(
            $"Node '{Quotation.Of(node.Name)}' of the NIR graph leads to {names.Length} nodes; here it can lead to " +
            "one, or to two whose paths meet again.");
    }

    /// <summary>Returns how many nodes lead to a node, which receives their sum.</summary>
    public int InputCount(NirNode node) => _before[node.Name].Count();

    private NirNode Find(string name) => Nodes.TryGetValue(name, out NirNode? node) ? node
        : throw new FormatException($"An edge of the NIR graph leads to '{Quotation.Of(name)}', which is not a node.");
}

/// <summary>A node of NIR.</summary>
/// <param name="Name">Its name in the graph.</param>
/// <param name="Type">Its kind, such as "LIF".</param>
/// <param name="Arrays">Its numbers by name.</param>
/// <param name="Texts">Its texts by name.</param>
internal sealed record NirNode(string Name, string Type, IReadOnlyDictionary<string, NirArray> Arrays,
    IReadOnlyDictionary<string, string> Texts)
{
    /// <summary>Makes a node without texts.</summary>
    public static NirNode Of(string name, string type, params (string Name, NirArray Value)[] arrays) =>
        new(name, type, arrays.ToDictionary(pair => pair.Name, pair => pair.Value), new Dictionary<string, string>());

    /// <summary>Returns numbers that the node needs.</summary>
    /// <exception cref="FormatException">They are not there.</exception>
    public NirArray this[string name] => Arrays.TryGetValue(name, out NirArray? value) ? value
        : throw Fault($"has no field '{name}'");

    /// <summary>Returns a height and a width, given as two numbers or as one for both.</summary>
    public (int Height, int Width) Pair(string name)
    {
        double[] values = this[name].Values;
        return values.All(value => value is >= 0 and <= int.MaxValue) && values.Length is 1 or 2
            ? ((int)values[0], (int)values[^1])
            : throw Fault($"has no height and width in the field '{name}'");
    }

    /// <summary>Returns the one number that all neurons of the node have.</summary>
    /// <param name="name">The field.</param>
    /// <param name="otherwise">Its value where the node has no such field; null if it needs one.</param>
    public double Common(string name, double? otherwise = null)
    {
        if (otherwise is double value && !Arrays.ContainsKey(name))
        {
            return value;
        }
        double[] values = this[name].Values;
        return values.Length > 0 && values.All(other => other == values[0]) ? values[0] : throw Fault(
            $"has neurons of different '{name}'; a layer of this library has one value for all its neurons");
    }

    /// <summary>Makes the exception for a fault of the node.</summary>
    public FormatException Fault(string what) => new($"Node '{Name}' of the NIR graph, a {Type}, {what}.");
}

/// <summary>Numbers of a node.</summary>
/// <param name="Values">Row-major.</param>
/// <param name="Shape">Empty for one number.</param>
/// <param name="IsInteger">Whether they are whole numbers.</param>
internal sealed record NirArray(double[] Values, int[] Shape, bool IsInteger = false)
{
    /// <summary>Makes an array of real numbers.</summary>
    public static NirArray Of(float[] values, params int[] shape) =>
        new([.. values.Select(value => (double)value)], shape);

    /// <summary>Makes an array of one real number for each neuron.</summary>
    public static NirArray All(double value, IReadOnlyList<int> shape) =>
        new([.. Enumerable.Repeat(value, shape.Aggregate(1, (product, length) => product * length))], [.. shape]);

    /// <summary>Makes a vector of whole numbers.</summary>
    public static NirArray Integers(params IEnumerable<int> values)
    {
        double[] all = [.. values.Select(value => (double)value)];
        return new(all, [all.Length], IsInteger: true);
    }

    /// <summary>Makes one whole number.</summary>
    public static NirArray Integer(int value) => new([value], [], IsInteger: true);

    /// <summary>Returns the numbers in single precision.</summary>
    public float[] Singles() => [.. Values.Select(value => (float)value)];
}
