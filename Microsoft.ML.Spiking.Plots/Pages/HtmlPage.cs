using System.Net;
using System.Text;

namespace Microsoft.ML.Spiking.Plots.Pages;

/// <summary>An HTML page that needs nothing but the files beside it. All texts are escaped.</summary>
/// <param name="folder">The folder of the page and its pictures.</param>
internal sealed class HtmlPage(string folder)
{
    private const int NarrowWidth = 400, LongFact = 60;

    private const string Style = """
        :root { color-scheme: light dark; --text: #1b1f24; --muted: #57606a; --page: #ffffff; --card: #f4f6f8;
          --line: #d0d7de; --accent: #0072b2; }
        @media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --muted: #9aa4af; --page: #14181d;
          --card: #1e242b; --line: #3a424b; --accent: #56b4e9; } }
        * { box-sizing: border-box; }
        body { margin: 0 auto; padding: 1rem; max-width: 70rem; background: var(--page); color: var(--text);
          font: 1rem/1.5 system-ui, "DejaVu Sans", sans-serif; overflow-wrap: anywhere; }
        h1 { font-size: 1.6rem; margin: .5rem 0; } h2 { font-size: 1.25rem; margin: 2rem 0 .5rem;
          padding-top: .75rem; border-top: 1px solid var(--line); } h3 { font-size: 1.05rem; margin: 1.25rem 0 .25rem; }
        nav { display: flex; flex-wrap: wrap; gap: .25rem 1rem; } a { color: var(--accent); }
        p { max-width: 48rem; } .note { color: var(--muted); }
        dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: .5rem; margin: 1rem 0; }
        dl div.wide { grid-column: 1 / -1; }
        dl div { background: var(--card); border-radius: .4rem; padding: .5rem .75rem; }
        dt { color: var(--muted); font-size: .85rem; } dd { margin: 0; }
        .table { overflow-x: auto; margin: .75rem 0; } table { border-collapse: collapse; font-size: .9rem;
          overflow-wrap: normal; }
        th, td { padding: .25rem .6rem; border-bottom: 1px solid var(--line); text-align: left; white-space: nowrap; }
        th { color: var(--muted); font-weight: 600; } .number { text-align: right; font-variant-numeric: tabular-nums; }
        @media (max-width: 40rem) { th, td { white-space: normal; padding: .25rem; font-size: .75rem; }
          td.number { white-space: nowrap; } }
        .figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 1rem; }
        figure { margin: .75rem 0; } figcaption { color: var(--muted); font-size: .9rem; }
        img { max-width: 100%; height: auto; background: #fff; border-radius: .4rem; }
        img.pixels { image-rendering: pixelated; width: 100%; max-width: 20rem; }
        """;

    private readonly StringBuilder _body = new();
    private readonly List<(string Anchor, string Title)> _sections = [];

    /// <summary>Opens a section.</summary>
    public HtmlPage Section(string title)
    {
        string anchor = $"section-{_sections.Count + 1}";
        _sections.Add((anchor, title));
        _body.Append("<h2 id=\"").Append(anchor).Append("\">").Append(Escaped(title)).Append("</h2>\n");
        return this;
    }

    public HtmlPage Heading(string title) => Element("h3", title);

    public HtmlPage Paragraph(string text) => Element("p", text);

    /// <summary>Adds a sentence on what is missing or to be kept in mind.</summary>
    public HtmlPage Note(string text) => Element("p", text, " class=\"note\"");

    /// <summary>Adds pairs of a name and a text.</summary>
    public HtmlPage Facts(IEnumerable<(string Name, string Text)> facts)
    {
        _body.Append("<dl>\n");
        foreach ((string name, string text) in facts)
        {
            _body.Append(text.Length > LongFact ? "<div class=\"wide\"><dt>" : "<div><dt>").Append(Escaped(name))
                .Append("</dt><dd>").Append(Escaped(text))
                .Append("</dd></div>\n");
        }
        _body.Append("</dl>\n");
        return this;
    }

    /// <summary>Adds a table; columns whose name ends in # hold numbers, to the right.</summary>
    public HtmlPage Table(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        bool[] areNumbers = [.. columns.Select(column => column.EndsWith('#'))];
        _body.Append("<div class=\"table\"><table>\n<tr>");
        for (int i = 0; i < columns.Count; i++)
        {
            Cell("th", columns[i].TrimEnd('#'), areNumbers[i]);
        }
        _body.Append("</tr>\n");
        foreach (IReadOnlyList<string> row in rows)
        {
            _body.Append("<tr>");
            for (int i = 0; i < row.Count; i++)
            {
                Cell("td", row[i], areNumbers[i]);
            }
            _body.Append("</tr>\n");
        }
        _body.Append("</table></div>\n");
        return this;
    }

    /// <summary>Opens a row of pictures, as many beside each other as the window is wide for.</summary>
    public HtmlPage Beside(Action<HtmlPage> add)
    {
        _body.Append("<div class=\"figures\">\n");
        add(this);
        _body.Append("</div>\n");
        return this;
    }

    /// <summary>
    /// Adds a picture, drawn twice: for wide and for narrow windows, so that its labels stay legible.
    /// </summary>
    /// <param name="name">The file's name, without its ending.</param>
    /// <param name="picture">The picture.</param>
    /// <param name="caption">What it shows.</param>
    /// <param name="width">Its width, in pixels.</param>
    /// <param name="height">Its height, in pixels.</param>
    public HtmlPage Figure(string name, Picture picture, string caption, int width = 640, int height = 420)
    {
        picture.SaveSvg(Path.Combine(folder, $"{name}.svg"), width, height);
        picture.SaveSvg(Path.Combine(folder, $"{name}-narrow.svg"), NarrowWidth, Math.Max(height, NarrowWidth));
        string file = Escaped(Uri.EscapeDataString(name));
        _body.Append("<figure><picture><source media=\"(max-width: 40rem)\" srcset=\"").Append(file)
            .Append("-narrow.svg\"><img src=\"").Append(file).Append(".svg\" alt=\"").Append(Escaped(caption))
            .Append("\"></picture><figcaption>").Append(Escaped(caption)).Append("</figcaption></figure>\n");
        return this;
    }

    /// <summary>Adds an image whose pixels are to be seen.</summary>
    /// <param name="file">The file's name in the folder.</param>
    /// <param name="caption">What it shows.</param>
    public HtmlPage Pixels(string file, string caption)
    {
        _body.Append("<figure><img class=\"pixels\" src=\"").Append(Escaped(Uri.EscapeDataString(file)))
            .Append("\" alt=\"").Append(Escaped(caption)).Append("\"><figcaption>").Append(Escaped(caption))
            .Append("</figcaption></figure>\n");
        return this;
    }

    /// <summary>Writes index.html; returns its path.</summary>
    public string Save(string title)
    {
        string path = Path.Combine(folder, "index.html");
        string links = string.Join('\n', _sections.Select(section =>
            $"<a href=\"#{section.Anchor}\">{Escaped(section.Title)}</a>"));
        File.WriteAllText(path, $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{Escaped(title)}</title>
            <style>
            {Style}
            </style>
            </head>
            <body>
            <h1>{Escaped(title)}</h1>
            <nav>
            {links}
            </nav>
            {_body}</body>
            </html>

            """);
        return path;
    }

    private static string Escaped(string text) => WebUtility.HtmlEncode(text);

    private HtmlPage Element(string name, string text, string attributes = "")
    {
        _body.Append('<').Append(name).Append(attributes).Append('>').Append(Escaped(text)).Append("</").Append(name)
            .Append(">\n");
        return this;
    }

    private void Cell(string element, string text, bool isNumber) => _body.Append('<').Append(element)
        .Append(isNumber ? " class=\"number\">" : ">").Append(Escaped(text)).Append("</").Append(element).Append('>');
}
