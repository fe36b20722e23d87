using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Spiking.Tool;

/// <summary>One run of the tool: its output, progress and warnings, and its cancellation.</summary>
/// <param name="output">Results.</param>
/// <param name="error">Progress, warnings and errors.</param>
/// <param name="token">Ctrl-C.</param>
/// <param name="isTerminal">Whether lines of <paramref name="error"/> may be replaced.</param>
internal sealed class Session(TextWriter output, TextWriter error, CancellationToken token, bool isTerminal = false)
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly HashSet<string> _warned = [];
    private int _written;

    /// <summary>Gets the writer of results.</summary>
    public TextWriter Output => output;

    /// <summary>Gets the writer of progress and warnings.</summary>
    public TextWriter Error => error;

    /// <summary>Gets the token that cancels the run.</summary>
    public CancellationToken Token => token;

    /// <summary>Gets or sets whether results are JSON.</summary>
    public bool IsJson { get; set; }

    /// <summary>Gets or sets whether progress is left out.</summary>
    public bool IsQuiet { get; set; }

    /// <summary>Creates a context whose warnings are shown once each.</summary>
    public MLContext Context(int? seed = null)
    {
        var ml = new MLContext(seed);
        ml.Log += (_, entry) =>
        {
            if (entry.Kind >= ChannelMessageKind.Warning && entry.Kind != ChannelMessageKind.Error)
            {
                Warn(entry.RawMessage);
            }
        };
        return ml;
    }

    /// <summary>Writes a line of progress.</summary>
    public void Say(string line)
    {
        if (!IsQuiet)
        {
            Clear();
            error.WriteLine(line);
        }
    }

    /// <summary>Writes progress that the next line replaces; on a terminal only.</summary>
    public void Show(string line)
    {
        if (!IsQuiet && isTerminal)
        {
            error.Write("\r" + line.PadRight(_written));
            _written = line.Length;
        }
    }

    /// <summary>Writes a warning, once.</summary>
    public void Warn(string sentence)
    {
        lock (_warned)
        {
            if (_warned.Add(sentence))
            {
                Clear();
                error.WriteLine("warning: " + sentence);
            }
        }
    }

    /// <summary>Writes a result: the object with --json, else the text.</summary>
    public void Result(JsonNode json, string text) =>
        output.WriteLine(IsJson ? json.ToJsonString(Indented) : text.TrimEnd('\n'));

    /// <summary>Returns a report as a JSON node.</summary>
    public static JsonNode Node(AnalysisReport report) => JsonNode.Parse(report.ToJson())!;

    private void Clear()
    {
        if (_written > 0)
        {
            error.Write("\r" + new string(' ', _written) + "\r");
            _written = 0;
        }
    }
}
