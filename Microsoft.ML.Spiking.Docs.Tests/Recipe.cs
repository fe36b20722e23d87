using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Microsoft.ML.Spiking.Docs.Tests;

/// <summary>A page of the cookbook: one program, which uses the types of the index page.</summary>
/// <param name="Name">The file's name without its extension.</param>
internal sealed partial record Recipe(string Name)
{
    // Those of new console projects.
    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    private static readonly MetadataReference[] References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    /// <summary>Gets the names of all pages with a program.</summary>
    public static IEnumerable<string> Names => Directory.EnumerateFiles(Repository.Cookbook, "*.md")
        .Select(file => Path.GetFileNameWithoutExtension(file)!)
        .Where(name => name is not ("index" or "troubleshooting"))
        .Order(StringComparer.Ordinal);

    /// <summary>Gets the C# blocks of the page.</summary>
    public string[] Blocks =>
    [
        .. Fences().Matches(File.ReadAllText(Path.Combine(Repository.Cookbook, $"{Name}.md")).ReplaceLineEndings("\n"))
            .Select(match => match.Groups["code"].Value),
    ];

    /// <summary>Runs the page's program in a folder and returns what it writes to the console.</summary>
    public string Run(string folder)
    {
        CSharpCompilation compilation = CSharpCompilation.Create(
            $"Recipe-{Name}",
            [
                CSharpSyntaxTree.ParseText(ImplicitUsings), CSharpSyntaxTree.ParseText(Blocks.Single()),
                CSharpSyntaxTree.ParseText(new Recipe("index").Blocks.Single()),
            ],
            References,
            new CSharpCompilationOptions(
                OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
        using var image = new MemoryStream();
        Diagnostic[] faults = [.. compilation.Emit(image).Diagnostics
            .Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)];
        Assert.IsEmpty(faults, $"{Name}\n{string.Join('\n', faults.Select(fault => fault.ToString()))}");
        MethodInfo main = Assembly.Load(image.ToArray()).EntryPoint!;

        string before = Environment.CurrentDirectory;
        TextWriter console = Console.Out;
        using var output = new StringWriter();
        try
        {
            Environment.CurrentDirectory = folder;
            Console.SetOut(output);
            // Programs that await return a task to their compiler's entry point alone.
            main.Invoke(null, main.GetParameters().Length == 0 ? null : [Array.Empty<string>()]);
        }
        finally
        {
            Console.SetOut(console);
            Environment.CurrentDirectory = before;
        }
        return output.ToString();
    }

    [GeneratedRegex("^```csharp\n(?<code>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fences();
}
