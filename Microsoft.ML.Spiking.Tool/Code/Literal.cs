using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;
using Microsoft.ML.Spiking.Tool.Settings;

namespace Microsoft.ML.Spiking.Tool.Code;

/// <summary>Values as C# writes them.</summary>
internal static class Literal
{
    /// <summary>Returns a string literal.</summary>
    public static string Of(string text)
    {
        var literal = new StringBuilder("\"");
        foreach (char character in text)
        {
            literal.Append(Escaped(character, '"'));
        }
        return literal.Append('"').ToString();
    }

    /// <summary>Returns a character literal.</summary>
    public static string Of(char character) => $"'{Escaped(character, '\'')}'";

    /// <summary>Returns string literals, separated by commas.</summary>
    public static string Of(IEnumerable<string> texts) => string.Join(", ", texts.Select(Of));

    /// <summary>Returns the expression of an option's value.</summary>
    /// <exception cref="NotSupportedException">There is no expression for values of that type.</exception>
    public static string Of(object? value) => value switch
    {
        null => "null",
        string text => Of(text),
        bool flag => flag ? "true" : "false",
        int or long => Convert.ToString(value, CultureInfo.InvariantCulture)!,
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        float number => number.ToString("R", CultureInfo.InvariantCulture) + "f",
        Enum => $"{value.GetType().Name}.{value}",
        Mlp mlp => New(mlp, mlp.HiddenSizes.Cast<object>()),
        ConvNet net => New(net, net.Channels.Cast<object>()),
        SpikingVgg vgg => New(vgg, [vgg.Depth]),
        SpikingResNet net => New(net, [net.Depth]),
        NetworkTemplate net => New(net, []),
        IEnumerable list => $"[{string.Join(", ", list.Cast<object>().Select(Of))}]",
        _ when value.GetType().Assembly == typeof(NeuronDefinition).Assembly => Record(value),
        _ => throw new NotSupportedException($"There is no C# for a {value.GetType().Name}."),
    };

    /// <summary>Returns the assignments of the properties that differ from the defaults.</summary>
    /// <param name="settings">The object.</param>
    /// <param name="without">Properties that are left out.</param>
    public static IEnumerable<string> Assignments(object settings, IReadOnlyCollection<string> without)
    {
        object standard = SettingValue.Create(settings.GetType());
        foreach (PropertyInfo property in SettingValue.Settable(settings.GetType())
            .Where(property => !without.Contains(property.Name)))
        {
            object? value = property.GetValue(settings);
            string text = Of(value);
            if (text != Of(property.GetValue(standard)))
            {
                yield return $"{property.Name} = {text}";
            }
        }
    }

    private static string Record(object value)
    {
        string[] assignments = [.. Assignments(value, [])];
        return $"new {value.GetType().Name}" +
            (assignments.Length == 0 ? "()" : $" {{ {string.Join(", ", assignments)} }}");
    }

    private static string New(NetworkTemplate template, IEnumerable<object> arguments) =>
        $"new {template.GetType().Name}({string.Join(", ", arguments.Select(Of))})";

    private static string Escaped(char character, char quote) => character switch
    {
        '\\' => "\\\\",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        '\0' => "\\0",
        _ when character == quote => "\\" + quote,
        _ when char.IsControl(character) || char.IsSurrogate(character) || character is '\u2028' or '\u2029' =>
            string.Create(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}"),
        _ => character.ToString(),
    };
}
