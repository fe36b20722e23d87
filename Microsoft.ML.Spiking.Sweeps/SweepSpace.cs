using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.ML.Spiking.Sweeps.Space;

namespace Microsoft.ML.Spiking.Sweeps;

/// <summary>
/// What a sweep varies, and over what. It never changes: each method gives a new one. Begin with <see cref="Default"/>, the
/// attributes of <see cref="SpikingClifSweepOptions"/>, or with <see cref="Empty"/>.
/// </summary>
/// <example><code>
/// SweepSpace.Default
///     .Without(nameof(SpikingClifSweepOptions.AugmentationStrength))
///     .Choice(nameof(SpikingClifSweepOptions.Network), "conv 16-32", "conv 32-64")
///     .Range("Momentum", 0.8, 0.99, (options, value) => options.Momentum = value)
/// </code></example>
public sealed class SweepSpace
{
    private readonly SweepDimension[] _dimensions;

    private SweepSpace(IEnumerable<SweepDimension> dimensions)
    {
        _dimensions = [.. dimensions];
    }

    /// <summary>What the attributes of <see cref="SpikingClifSweepOptions"/> say.</summary>
    public static SweepSpace Default { get; } = new(AttributeSpace.Dimensions());

    /// <summary>Nothing, to begin with.</summary>
    public static SweepSpace Empty { get; } = new([]);

    /// <summary>The names of what is varied.</summary>
    public IReadOnlyList<string> Names => [.. _dimensions.Select(dimension => dimension.Name)];

    internal IReadOnlyList<SweepDimension> Dimensions => _dimensions;

    /// <summary>With numbers from <paramref name="low"/> to <paramref name="high"/>, in place of what that name had.</summary>
    /// <param name="name">A property of <see cref="SpikingClifSweepOptions"/>, or with <paramref name="apply"/> any name.</param>
    /// <param name="low">The lowest; on a logarithmic scale greater than 0.</param>
    /// <param name="high">The highest.</param>
    /// <param name="apply">Puts a value into the options; null for a property.</param>
    /// <param name="isLogarithmic">Whether equal ratios are equally likely, not equal differences.</param>
    /// <exception cref="ArgumentException">The range is empty, or there is no such property.</exception>
    public SweepSpace Range(string name, double low, double high, Action<SpikingClifTrainer.Options, double>? apply = null,
        bool isLogarithmic = false)
    {
        bool isWhole = apply is null && Property(name).PropertyType == typeof(int);
        return With(new RangeDimension(name, low, high, isWhole, isLogarithmic, Boxed(apply)));
    }

    /// <summary>With whole numbers from <paramref name="low"/> to <paramref name="high"/>, in place of what that name had.</summary>
    /// <param name="name">A property of <see cref="SpikingClifSweepOptions"/>, or with <paramref name="apply"/> any name.</param>
    /// <param name="low">The lowest; on a logarithmic scale greater than 0.</param>
    /// <param name="high">The highest.</param>
    /// <param name="apply">Puts a value into the options; null for a property.</param>
    /// <param name="isLogarithmic">Whether equal ratios are equally likely, not equal differences.</param>
    /// <exception cref="ArgumentException">The range is empty, or there is no such property.</exception>
    public SweepSpace WholeNumbers(string name, int low, int high, Action<SpikingClifTrainer.Options, int>? apply = null,
        bool isLogarithmic = false)
    {
        bool isWhole = apply is not null || Property(name).PropertyType == typeof(int);
        return isWhole
            ? With(new RangeDimension(name, low, high, isWhole, isLogarithmic, Boxed(apply)))
            : throw new ArgumentException($"{name} is not a whole number; give {nameof(Range)} its range.", nameof(name));
    }

    /// <summary>With some values of a property, in place of what it had.</summary>
    /// <param name="name">A property of <see cref="SpikingClifSweepOptions"/>.</param>
    /// <param name="values">Of the property's type, at least one, each once.</param>
    /// <exception cref="ArgumentException">There is no such property, or the values are none of it.</exception>
    public SweepSpace Choice<T>(string name, params IReadOnlyList<T> values)
        where T : notnull
    {
        ArgumentNullException.ThrowIfNull(values);
        Type type = Property(name).PropertyType;
        return type == typeof(T)
            ? With(new ChoiceDimension(name, values.Cast<object>(), apply: null))
            : throw new ArgumentException($"{name} is a {type.Name}; its choices cannot be of type {typeof(T).Name}.", nameof(values));
    }

    /// <summary>With some values of anything, in place of what that name had.</summary>
    /// <param name="name">Any.</param>
    /// <param name="apply">Puts a value into the options.</param>
    /// <param name="values">Numbers, texts, Booleans or enums, at least one, each once.</param>
    /// <exception cref="ArgumentException">There are no values, two are alike, or they cannot be stored.</exception>
    public SweepSpace Choice<T>(string name, Action<SpikingClifTrainer.Options, T> apply, params IReadOnlyList<T> values)
        where T : notnull
    {
        ArgumentNullException.ThrowIfNull(apply);
        ArgumentNullException.ThrowIfNull(values);
        return With(new ChoiceDimension(name, values.Cast<object>(), Boxed(apply)));
    }

    /// <summary>Without those names; what they stand for stays as the options have it.</summary>
    /// <param name="names">Of this space.</param>
    /// <exception cref="ArgumentException">The space has no such name.</exception>
    public SweepSpace Without(params IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        return names.Except(Names).FirstOrDefault() is string unknown
            ? throw new ArgumentException($"The space does not vary '{unknown}', but {List(Names)}.", nameof(names))
            : new(_dimensions.Where(dimension => !names.Contains(dimension.Name)));
    }

    /// <summary>The options of a trainer with these values.</summary>
    internal SpikingClifTrainer.Options Apply(SpikingClifTrainer.Options others, IReadOnlyDictionary<string, object> values)
    {
        SpikingClifTrainer.Options options = others.Copy();
        var properties = new SpikingClifSweepOptions();
        foreach (SweepDimension dimension in _dimensions)
        {
            object value = values[dimension.Name];
            if (dimension.Apply is { } apply)
            {
                apply(options, value);
                continue;
            }
            AttributeSpace.Properties[dimension.Name].SetValue(properties, value);
            SpikingClifSweepOptions.Setters[dimension.Name](properties, options);
        }
        return options;
    }

    /// <summary>Where the options lie in each dimension; null where they do not, or nobody can tell.</summary>
    internal IReadOnlyList<double?> PlacesOf(SpikingClifTrainer.Options options)
    {
        SpikingClifSweepOptions properties = SpikingClifSweepOptions.Of(options);
        return [.. _dimensions.Select(dimension => dimension.Apply is null
            ? dimension.PlaceOf(AttributeSpace.Properties[dimension.Name].GetValue(properties)!)
            : null)];
    }

    /// <summary>The space as a sweep's definition says it.</summary>
    internal JsonObject Describe() =>
        new(_dimensions.Select(dimension => KeyValuePair.Create(dimension.Name, (JsonNode?)dimension.Describe())));

    private SweepSpace With(SweepDimension dimension)
    {
        int index = Array.FindIndex(_dimensions, other => other.Name == dimension.Name);
        return new(index < 0 ? [.. _dimensions, dimension] : [.. _dimensions[..index], dimension, .. _dimensions[(index + 1)..]]);
    }

    private static PropertyInfo Property(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return AttributeSpace.Properties.TryGetValue(name, out PropertyInfo? property)
            ? property
            : throw new ArgumentException($"'{name}' is no property of {nameof(SpikingClifSweepOptions)}, which has " +
                $"{List(AttributeSpace.Properties.Keys)}; for anything else, say how its value becomes part of the options.", nameof(name));
    }

    private static string List(IEnumerable<string> names) => string.Join(", ", names);

    private static Action<SpikingClifTrainer.Options, object>? Boxed<T>(Action<SpikingClifTrainer.Options, T>? apply) =>
        apply is null ? null : (options, value) => apply(options, (T)value);
}
