using System.Collections.Concurrent;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Microsoft.ML.Spiking.Tool.Settings;

/// <summary>
/// The summaries of the library's options in its documentation, the only source of help texts, ranges and defaults.
/// </summary>
internal sealed partial class Summaries
{
    private static readonly ConcurrentDictionary<Assembly, Summaries> Read = new();

    private readonly Dictionary<string, XElement> _members;

    private Summaries(Assembly assembly)
    {
        string path = Path.Combine(AppContext.BaseDirectory, assembly.GetName().Name + ".xml");
        _members = File.Exists(path)
            ? XDocument.Load(path).Descendants("member")
                .ToDictionary(member => member.Attribute("name")!.Value, member => member)
            : [];
    }

    /// <summary>Returns those of the documentation file beside an assembly, which is read once.</summary>
    public static Summaries Of(Assembly assembly) => Read.GetOrAdd(assembly, found => new(found));

    /// <summary>
    /// Returns what a property is, in one sentence, and its default; an empty text where nothing is documented.
    /// </summary>
    public string Of(PropertyInfo property)
    {
        string key = $"P:{property.DeclaringType!.FullName!.Replace('+', '.')}.{property.Name}";
        if (!_members.TryGetValue(key, out XElement? member) || member.Element("summary") is not { } summary)
        {
            return "";
        }
        string text = Spaces().Replace(string.Concat(summary.Nodes().Select(Text)), " ").Trim();
        string[] sentences = SentenceEnds().Split(text);
        string first = sentences[0];
        string? standard = sentences.Skip(1).FirstOrDefault(sentence =>
            sentence.StartsWith("Default", StringComparison.Ordinal)
            || sentence.Contains("(the default)", StringComparison.Ordinal)
            || sentence.StartsWith("The default", StringComparison.Ordinal));
        string both = first + (standard is null ? "" : " " + standard);
        both = Opening().Replace(both, match => match.Groups["whether"].Success ? "Whether" : "");
        both = Nothing().Replace(both, match => match.Value[0] switch
        {
            'T' => "Not given it stands",
            'N' => "Not given",
            _ => "not given",
        });
        both = both.Replace("null", "none", StringComparison.Ordinal);
        return char.ToUpperInvariant(both[0]) + both[1..];
    }

    private static string Text(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "see" } see => Name(see),
        XElement element => string.Concat(element.Nodes().Select(Text)),
        _ => "",
    };

    // "F:Microsoft.ML.Spiking.OptimizerKind.AdamW" and "P:...Options.Epochs" as the command line writes them.
    private static string Name(XElement see)
    {
        if (see.Attribute("langword")?.Value is string word)
        {
            return word;
        }
        string reference = (see.Attribute("cref")?.Value ?? "").Split('(')[0]; // of a method, without parameters
        string name = reference[(reference.LastIndexOf('.') + 1)..];
        return reference.StartsWith("P:", StringComparison.Ordinal)
            && reference.Contains("Options.", StringComparison.Ordinal) ? "--" + OptionNames.Of(name)
            : reference.StartsWith("F:", StringComparison.Ordinal) ? OptionNames.Of(name)
            : name;
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex(@"(?<=[.])\s+(?=[A-Z])")]
    private static partial Regex SentenceEnds();

    [GeneratedRegex("^Gets or sets,? (?<whether>whether)?")]
    private static partial Regex Opening();

    [GeneratedRegex(@"[Nn]ull \(the default\)|The default, null, stands")]
    private static partial Regex Nothing();
}
