using System.Globalization;
using System.Reflection;
using System.Text.Json.Serialization;
using Microsoft.ML.Spiking.Sweeps;

namespace Microsoft.ML.Spiking.Tool.Settings;

/// <summary>Values of options, from text: their forms derive from the types of the library's properties.</summary>
internal static class SettingValue
{
    private const string None = "none";

    /// <summary>Returns whether there is a text for values of the type.</summary>
    public static bool IsSupported(Type type)
    {
        Type inner = Nullable.GetUnderlyingType(type) ?? type;
        return inner.IsEnum || inner == typeof(int) || inner == typeof(long) || inner == typeof(double)
            || inner == typeof(float) || inner == typeof(bool) || inner == typeof(string) || inner == typeof(TimeSpan)
            || inner == typeof(NetworkTemplate) || inner == typeof(SweepStorage) || ItemOf(inner) is not null
            || IsRecord(inner);
    }

    /// <summary>Returns the form of a value, for help.</summary>
    public static string Form(Type type)
    {
        Type inner = Nullable.GetUnderlyingType(type) ?? type;
        return inner.IsEnum ? string.Join('|', Enum.GetNames(inner).Select(OptionNames.Of))
            : inner == typeof(bool) ? "true|false"
            : inner == typeof(string) ? "TEXT"
            : inner == typeof(TimeSpan) ? "H:MM:SS"
            : inner == typeof(NetworkTemplate) ? "512-512|\"conv 32-64\"|\"resnet 18\"|..."
            : inner == typeof(SweepStorage) ? "FILE|CONNECTION"
            : ItemOf(inner) is not null ? "N,N,..."
            : Kinds(inner) is { Count: > 0 } kinds ? string.Join('|', kinds.Keys)
            : IsRecord(inner) ? "NAME=VALUE,..."
            : inner == typeof(int) || inner == typeof(long) ? "N" : "X";
    }

    /// <summary>Returns the value of a text.</summary>
    /// <exception cref="FormatException">The text is no such value; the message says what is expected.</exception>
    public static object? Parse(Type type, string text)
    {
        Type inner = Nullable.GetUnderlyingType(type) ?? type;
        if (text == None && (!type.IsValueType || type != inner) && inner != typeof(string))
        {
            return null;
        }
        if (inner == typeof(string))
        {
            return text;
        }
        if (inner == typeof(bool))
        {
            return bool.TryParse(text, out bool value) ? value : throw Expected(text, "true or false");
        }
        if (inner == typeof(int) || inner == typeof(long))
        {
            return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value)
                && (inner == typeof(long) || value is >= int.MinValue and <= int.MaxValue)
                ? Convert.ChangeType(value, inner, CultureInfo.InvariantCulture)
                : throw Expected(text, "a whole number");
        }
        if (inner == typeof(double) || inner == typeof(float))
        {
            return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
                ? Convert.ChangeType(value, inner, CultureInfo.InvariantCulture)
                : throw Expected(text, "a number, such as 0.001");
        }
        if (inner == typeof(TimeSpan))
        {
            return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out TimeSpan value)
                ? value : throw Expected(text, "a time, such as 0:30:00 for half an hour");
        }
        if (inner.IsEnum)
        {
            string[] names = Enum.GetNames(inner);
            string? name = names.FirstOrDefault(name => Same(OptionNames.Of(name), text) || Same(name, text));
            return name is not null ? Enum.Parse(inner, name)
                : throw Expected(text, $"one of {string.Join(", ", names.Select(OptionNames.Of))}");
        }
        if (inner == typeof(NetworkTemplate))
        {
            return Reworded(() => NetworkText.Parse(text));
        }
        if (inner == typeof(SweepStorage))
        {
            return Reworded(() => SweepStorage.Parse(text));
        }
        return ItemOf(inner) is { } item ? List(item, text) : Record(inner, text);
    }

    /// <summary>Returns the named kinds of an open type, such as clif and lif of neurons.</summary>
    public static IReadOnlyDictionary<string, Type> Kinds(Type type)
    {
        Dictionary<string, Type> kinds = type.GetCustomAttributes<JsonDerivedTypeAttribute>(inherit: false)
            .Where(kind => kind.DerivedType.IsPublic)
            .ToDictionary(kind => OptionNames.Of((string)kind.TypeDiscriminator!), kind => kind.DerivedType);
        if (type == typeof(InputEncoder))
        {
            // It becomes a layer, so that no model's JSON names it.
            kinds.Add("population", typeof(PopulationEncoder));
        }
        return kinds;
    }

    /// <summary>Creates a record with its defaults.</summary>
    public static object Create(Type type)
    {
        ConstructorInfo constructor = type.GetConstructors()
            .Where(found => found.GetParameters().All(parameter => parameter.HasDefaultValue))
            .OrderBy(found => found.GetParameters().Length).First();
        return constructor.Invoke([.. constructor.GetParameters().Select(parameter => parameter.DefaultValue)]);
    }

    /// <summary>Returns the properties of a record that can be set.</summary>
    public static IEnumerable<PropertyInfo> Settable(Type type) =>
        type.GetProperties().Where(property => property.SetMethod is not null && IsSupported(property.PropertyType));

    private static bool IsRecord(Type type) => type.IsClass && type.Assembly == typeof(NeuronDefinition).Assembly
        && (Kinds(type).Count > 0
            || (!type.IsAbstract && type.GetMethod("<Clone>$") is not null));

    private static Type? ItemOf(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>)
        && type.GetGenericArguments()[0] is { IsPrimitive: true } item ? item : null;

    private static Array List(Type item, string text)
    {
        string[] parts = text.Split(',', StringSplitOptions.TrimEntries);
        var list = Array.CreateInstance(item, parts.Length);
        for (int i = 0; i < parts.Length; i++)
        {
            list.SetValue(Parse(item, parts[i]), i);
        }
        return list;
    }

    /// <summary>Reads "kind,name=value,..." or, of a type with one kind, "name=value,...".</summary>
    private static object Record(Type type, string text)
    {
        IReadOnlyDictionary<string, Type> kinds = Kinds(type);
        var parts = new Queue<string>(text.Split(',', StringSplitOptions.TrimEntries));
        Type made = type;
        if (kinds.Count > 0)
        {
            string name = parts.Dequeue();
            made = kinds.FirstOrDefault(kind => Same(kind.Key, name)).Value
                ?? throw Expected(name, $"one of {string.Join(", ", kinds.Keys)}");
        }
        object record = Create(made);
        PropertyInfo[] properties = [.. Settable(made)];
        foreach (string part in parts.Where(part => part.Length > 0))
        {
            string[] pair = part.Split('=', 2, StringSplitOptions.TrimEntries);
            string names = string.Join(", ", properties.Select(found => OptionNames.Of(found.Name)));
            PropertyInfo property = properties.FirstOrDefault(found => Same(OptionNames.Of(found.Name), pair[0]))
                ?? throw Expected(pair[0], properties.Length == 0 ? $"nothing behind {OptionNames.Of(made.Name)}"
                    : $"one of {names}, each =VALUE");
            property.SetValue(record, Parse(property.PropertyType, pair.Length > 1 ? pair[1] : "true"));
        }
        return record;
    }

    private static object Reworded(Func<object> parse)
    {
        try
        {
            return parse();
        }
        catch (ArgumentException exception)
        {
            throw new FormatException(exception.Message, exception);
        }
    }

    private static FormatException Expected(string text, string what) => new($"'{text}' is not {what}.");

    private static bool Same(string one, string other) => one.Equals(other, StringComparison.OrdinalIgnoreCase);
}
