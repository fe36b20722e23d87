using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.ML.Spiking.Sweeps.Space;

namespace Microsoft.ML.Spiking.Sweeps;

/// <summary>
/// The options that a sweep varies, and their values. A space is immutable: each method returns a new one. Begin with
/// <see cref="Default"/>, the attributes of <see cref="SpikingClifSweepOptions"/>, or with <see cref="Empty"/>.
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

    /// <summary>
    /// Gets the space of the attributes of <see cref="SpikingClifSweepOptions"/>. A sweep leaves out what
    /// <see cref="SweepSettings.Trainer"/> has set to a value outside of it: such a value is kept, not overwritten.
    /// </summary>
    public static SweepSpace Default { get; } = new(SweptProperty.Dimensions());

    /// <summary>Gets the space that varies nothing, to begin with.</summary>
    public static SweepSpace Empty { get; } = new([]);

    /// <summary>Gets the names of what is varied.</summary>
    public IReadOnlyList<string> Names => [.. _dimensions.Select(dimension => dimension.Name)];

    internal IReadOnlyList<SweepDimension> Dimensions => _dimensions;

    /// <summary>
    /// Adds numbers from <paramref name="low"/> to <paramref name="high"/>, in place of a dimension of that name.
    /// </summary>
    /// <param name="name">
    /// A property of <see cref="SpikingClifSweepOptions"/>; with <paramref name="apply"/>, any name.
    /// </param>
    /// <param name="low">The lowest number; greater than 0 on a logarithmic scale.</param>
    /// <param name="high">The highest number.</param>
    /// <param name="apply">Puts a value into the options; null for a property.</param>
    /// <param name="isLogarithmic">Whether equal ratios are equally likely, rather than equal differences.</param>
    /// <returns>The new space.</returns>
    /// <exception cref="ArgumentException">The range is empty, or there is no such property.</exception>
    public SweepSpace Range(string name, double low, double high,
        Action<SpikingClifTrainer.Options, double>? apply = null, bool isLogarithmic = false)
    {
        if (apply is not null)
        {
            return With(new RangeDimension(name, low, high, isWhole: false, isLogarithmic, Boxed(apply)));
        }
        SweptProperty swept = Property(name);
        bool isWhole = swept.ValueType == typeof(int);
        return With(new RangeDimension(name, low, high, isWhole, isLogarithmic, swept.Apply) { Read = swept.Read });
    }

    /// <summary>
    /// Adds whole numbers from <paramref name="low"/> to <paramref name="high"/>, in place of a dimension of that name.
    /// </summary>
    /// <param name="name">
    /// A property of <see cref="SpikingClifSweepOptions"/>; with <paramref name="apply"/>, any name.
    /// </param>
    /// <param name="low">The lowest number; greater than 0 on a logarithmic scale.</param>
    /// <param name="high">The highest number.</param>
    /// <param name="apply">Puts a value into the options; null for a property.</param>
    /// <param name="isLogarithmic">Whether equal ratios are equally likely, rather than equal differences.</param>
    /// <returns>The new space.</returns>
    /// <exception cref="ArgumentException">The range is empty, or there is no such property.</exception>
    public SweepSpace WholeNumbers(string name, int low, int high,
        Action<SpikingClifTrainer.Options, int>? apply = null, bool isLogarithmic = false)
    {
        if (apply is not null)
        {
            return With(new RangeDimension(name, low, high, isWhole: true, isLogarithmic, Boxed(apply)));
        }
        return Property(name).ValueType == typeof(int)
            ? Range(name, low, high, apply: null, isLogarithmic)
            : throw new ArgumentException($"{name} is not a whole number; use {nameof(Range)}.", nameof(name));
    }

    /// <summary>Adds several values of a property, in place of a dimension of that name.</summary>
    /// <param name="name">A property of <see cref="SpikingClifSweepOptions"/>.</param>
    /// <param name="values">Values of the property's type, at least one, each only once.</param>
    /// <returns>The new space.</returns>
    /// <exception cref="ArgumentException">There is no such property, or the values are not of its type.</exception>
    public SweepSpace Choice<T>(string name, params IReadOnlyList<T> values)
        where T : notnull
    {
        ArgumentNullException.ThrowIfNull(values);
        SweptProperty swept = Property(name);
        Type type = swept.ValueType;
        return type == typeof(T)
            ? With(new ChoiceDimension(name, values.Cast<object>(), swept.Apply) { Read = swept.Read })
            : throw new ArgumentException(
                $"{name} is a {type.Name}; its choices cannot be of type {typeof(T).Name}.", nameof(values));
    }

    /// <summary>Adds several values of anything, in place of a dimension of that name.</summary>
    /// <param name="name">Any name.</param>
    /// <param name="apply">Puts a value into the options.</param>
    /// <param name="values">Numbers, strings, Booleans or enums, at least one, each only once.</param>
    /// <returns>The new space.</returns>
    /// <exception cref="ArgumentException">There are no values, two are alike, or they cannot be stored.</exception>
    public SweepSpace Choice<T>(string name, Action<SpikingClifTrainer.Options, T> apply,
        params IReadOnlyList<T> values)
        where T : notnull
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(apply);
        ArgumentNullException.ThrowIfNull(values);
        return With(new ChoiceDimension(name, values.Cast<object>(), Boxed(apply)));
    }

    /// <summary>Removes names; what they stand for stays as the options have it.</summary>
    /// <param name="names">Names of this space.</param>
    /// <returns>The new space.</returns>
    /// <exception cref="ArgumentException">The space has no such name.</exception>
    public SweepSpace Without(params IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        return names.Except(Names).FirstOrDefault() is string unknown
            ? throw new ArgumentException($"The space does not vary '{unknown}'; it varies {List(Names)}.",
                nameof(names))
            : new(_dimensions.Where(dimension => !names.Contains(dimension.Name)));
    }

    /// <summary>
    /// Removes what <see cref="Default"/> would overwrite: values that the user has set outside of it.
    /// </summary>
    /// <param name="trainer">The trainer's options.</param>
    /// <param name="kept">Receives a sentence for everything that is not varied.</param>
    internal SweepSpace For(SpikingClifTrainer.Options trainer, Action<string> kept)
    {
        SweepDimension[] outside =
        [
            .. _dimensions.Where(dimension => dimension.IsDefault
                && !(dimension.Read(trainer) is { } value && dimension.PlaceOf(value) is not null)),
        ];
        foreach (SweepDimension dimension in outside)
        {
            kept(string.Create(CultureInfo.InvariantCulture,
                $"{dimension.Name} is not varied: the trainer's own value" +
                $"{(dimension.Read(trainer) is { } value ? $", {value}," : "")} is not part of {nameof(SweepSpace)}." +
                $"{nameof(Default)}. To vary it, name its values with {nameof(Choice)} or {nameof(Range)}."));
        }
        return outside.Length == 0 ? this : new(_dimensions.Except(outside));
    }

    /// <summary>Removes a dimension of <see cref="Default"/>; one that was asked for by name stays.</summary>
    internal SweepSpace WithoutDefault(string name) =>
        new(_dimensions.Where(dimension => !(dimension.IsDefault && dimension.Name == name)));

    /// <summary>
    /// Returns where the options lie in each dimension, as a value; null where they lie outside, or it cannot be told.
    /// </summary>
    internal IReadOnlyList<object?> ValuesOf(SpikingClifTrainer.Options options) =>
    [
        .. _dimensions.Select(dimension =>
            dimension.Read(options) is { } value && dimension.PlaceOf(value) is not null ? value : null),
    ];

    /// <summary>Returns all points, where they can be counted; null where they cannot.</summary>
    internal IEnumerable<SweepPoint>? Points()
    {
        IReadOnlyList<object>?[] values = [.. _dimensions.Select(dimension => dimension.Values)];
        return values.Contains(null) ? null : Points([.. values.OfType<IReadOnlyList<object>>()]);
    }

    /// <summary>Returns the space as a sweep's definition stores it.</summary>
    internal JsonObject Describe() =>
        new(_dimensions.Select(dimension => KeyValuePair.Create(dimension.Name, (JsonNode?)dimension.Describe())));

    private IEnumerable<SweepPoint> Points(IReadOnlyList<object>[] values)
    {
        int[] digits = new int[values.Length]; // of a number whose base differs from digit to digit
        int carry;
        do
        {
            yield return new(this, values.Zip(digits, (of, digit) => of[digit]));
            for (carry = 0; carry < digits.Length && ++digits[carry] == values[carry].Count; carry++)
            {
                digits[carry] = 0;
            }
        }
        while (carry < digits.Length);
    }

    private SweepSpace With(SweepDimension dimension)
    {
        int index = Array.FindIndex(_dimensions, other => other.Name == dimension.Name);
        return new(index < 0
            ? [.. _dimensions, dimension]
            : [.. _dimensions[..index], dimension, .. _dimensions[(index + 1)..]]);
    }

    private static SweptProperty Property(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return SweptProperty.All.TryGetValue(name, out SweptProperty? swept)
            ? swept
            : throw new ArgumentException(
                $"'{name}' is not a property of {nameof(SpikingClifSweepOptions)}, which has " +
                $"{List(SweptProperty.All.Keys)}; for anything else, pass a delegate that puts its value into the " +
                "options.",
                nameof(name));
    }

    private static string List(IEnumerable<string> names) => string.Join(", ", names);

    private static Action<SpikingClifTrainer.Options, object> Boxed<T>(Action<SpikingClifTrainer.Options, T> apply) =>
        (options, value) => apply(options, (T)value);
}
