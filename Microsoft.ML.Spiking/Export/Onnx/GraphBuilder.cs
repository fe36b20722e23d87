namespace Microsoft.ML.Spiking.Export.Onnx;

/// <summary>
/// Adds operations to a graph: each returns the name of its value. Names are unique; constants that are equal are added
/// once.
/// </summary>
/// <param name="graph">Takes the nodes.</param>
/// <param name="prefix">In front of all names; unique in the graph.</param>
internal sealed class GraphBuilder(IOnnxGraph graph, string prefix)
{
    private readonly Dictionary<string, int> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<int, string> _scalars = [];
    private readonly Dictionary<string, string> _integers = new(StringComparer.Ordinal);

    /// <summary>Gets or sets what the names of the following values begin with: the layer that they are of.</summary>
    public string Scope { get; set; } = "";

    /// <summary>Adds an operation with one value.</summary>
    /// <param name="operation">The operator's name.</param>
    /// <param name="inputs">The values that arrive.</param>
    /// <param name="attributes">The operator's constants.</param>
    public string Apply(string operation, IReadOnlyList<string> inputs, params GraphAttribute[] attributes)
    {
        string name = Unique(operation);
        graph.Add(new(operation, name, inputs, [name], attributes));
        return name;
    }

    /// <summary>Cuts a value into equal parts along an axis.</summary>
    public string[] Split(string value, int parts, int axis)
    {
        string name = Unique("Split");
        string[] outputs = [.. Enumerable.Range(0, parts).Select(part => $"{name}/{part}")];
        graph.Add(new("Split", name, [value], outputs, [new("axis", (long)axis)]));
        return outputs;
    }

    /// <summary>Gives a value another shape; -1 stands for the length that the others leave.</summary>
    public string Reshape(string value, params IEnumerable<long> shape) =>
        Apply("Reshape", [value, Integers([.. shape])]);

    /// <summary>Changes the type of a value's elements.</summary>
    public string Cast(string value, ElementType type) => Apply("Cast", [value], new GraphAttribute("to", (long)type));

    /// <summary>Multiplies by a number; by 1 it adds nothing.</summary>
    public string Times(string value, float factor) =>
        factor == 1 ? value : Apply("Mul", [value, Scalar(factor)]);

    /// <summary>Adds a number; of 0 it adds nothing.</summary>
    public string Plus(string value, float addend) =>
        addend == 0 ? value : Apply("Add", [value, Scalar(addend)]);

    /// <summary>Maps the numbers 1, 2, ... to texts, and all others to an empty one.</summary>
    public string Texts(string number, IReadOnlyList<string> texts)
    {
        string name = Unique("LabelEncoder");
        long[] keys = [.. Enumerable.Range(1, texts.Count).Select(key => (long)key)];
        GraphAttribute[] attributes =
            [new("keys_int64s", keys), new("values_strings", texts.ToArray()), new("default_string", "")];
        graph.Add(new("LabelEncoder", name, [number], [name], attributes, OperatorSets.MachineLearning));
        return name;
    }

    /// <summary>Gives a value a name that the outside knows.</summary>
    public void Name(string value, string name) =>
        graph.Add(new("Identity", Unique("Identity"), [value], [name], []));

    /// <summary>Adds a constant.</summary>
    /// <param name="name">Within the scope.</param>
    /// <param name="values">Row-major; not to be changed afterwards.</param>
    /// <param name="shape">Its lengths.</param>
    public string Constant(string name, float[] values, params IEnumerable<int> shape)
    {
        string unique = Unique(name);
        graph.Add(unique, values, [.. shape.Select(length => (long)length)]);
        return unique;
    }

    /// <summary>Adds a constant of any type.</summary>
    /// <param name="name">Within the scope.</param>
    /// <param name="type">The type of its elements.</param>
    /// <param name="values">Their bytes, row-major, the lowest byte first; not to be changed afterwards.</param>
    /// <param name="shape">Its lengths.</param>
    public string Constant(string name, ElementType type, byte[] values, params IEnumerable<int> shape)
    {
        string unique = Unique(name);
        graph.Add(unique, type, values, [.. shape.Select(length => (long)length)]);
        return unique;
    }

    /// <summary>Adds a number.</summary>
    public string Scalar(float value)
    {
        int bits = BitConverter.SingleToInt32Bits(value);
        if (!_scalars.TryGetValue(bits, out string? name))
        {
            name = $"{prefix}/scalar/{_scalars.Count}";
            graph.Add(name, [value], []);
            _scalars.Add(bits, name);
        }
        return name;
    }

    /// <summary>Adds a vector of integers.</summary>
    public string Integers(params long[] values)
    {
        string key = string.Join(',', values);
        if (!_integers.TryGetValue(key, out string? name))
        {
            name = $"{prefix}/integers/{_integers.Count}";
            graph.Add(name, values, [values.Length]);
            _integers.Add(key, name);
        }
        return name;
    }

    private string Unique(string name)
    {
        string full = Scope.Length == 0 ? $"{prefix}/{name}" : $"{prefix}/layers/{Scope}/{name}";
        int used = _names.GetValueOrDefault(full);
        _names[full] = used + 1;
        return used == 0 ? full : $"{full}:{used}";
    }
}
