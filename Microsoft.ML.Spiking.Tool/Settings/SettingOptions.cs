using System.CommandLine;
using System.Reflection;

namespace Microsoft.ML.Spiking.Tool.Settings;

/// <summary>
/// The options of the command line that stand for the properties of a settings class: one for each property that a text
/// can give, with the property's own documentation.
/// </summary>
/// <typeparam name="T">The settings class.</typeparam>
internal sealed class SettingOptions<T> where T : new()
{
    private readonly (Option<string?> Option, PropertyInfo Property)[] _options;

    /// <summary>Makes the options.</summary>
    /// <param name="without">Properties that the command itself decides.</param>
    public SettingOptions(IReadOnlyCollection<string> without)
    {
        var summaries = Summaries.Of(typeof(T).Assembly);
        _options =
        [
            .. typeof(T).GetProperties()
                .Where(property => property.SetMethod is { IsPublic: true } && !without.Contains(property.Name)
                    && SettingValue.IsSupported(property.PropertyType))
                .Select(property => (new Option<string?>("--" + OptionNames.Of(property.Name))
                {
                    Description = summaries.Of(property),
                    HelpName = SettingValue.Form(property.PropertyType),
                    Arity = property.PropertyType == typeof(bool) ? ArgumentArity.ZeroOrOne : ArgumentArity.ExactlyOne,
                }, property)),
        ];
    }

    /// <summary>Gets the options.</summary>
    public IEnumerable<Option> All => _options.Select(pair => pair.Option);

    /// <summary>Gets the names of the properties behind them.</summary>
    public IEnumerable<string> Properties => _options.Select(pair => pair.Property.Name);

    /// <summary>Returns settings with what the command line says, and defaults for the rest.</summary>
    /// <exception cref="ToolException">A text is not a value of its option.</exception>
    public T Read(ParseResult parsed)
    {
        var settings = new T();
        foreach ((Option<string?> option, PropertyInfo property) in _options)
        {
            if (parsed.GetResult(option) is not { Implicit: false })
            {
                continue;
            }
            try
            {
                property.SetValue(settings, SettingValue.Parse(property.PropertyType,
                    parsed.GetValue(option) ?? "true"));
            }
            catch (FormatException exception)
            {
                throw ToolException.Usage($"{option.Name}: {exception.Message}", exception);
            }
        }
        return settings;
    }
}
