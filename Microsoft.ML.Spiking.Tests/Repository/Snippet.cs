using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Microsoft.ML.Spiking.Tests.Repository;

/// <summary>
/// A C# example of a page: statements of a program, with types after them. It may use what its page assumes, <see
/// cref="Given"/>, and the implicit usings of new projects.
/// </summary>
/// <param name="Place">File and line, for messages.</param>
/// <param name="Usings">The using lines that the example shows, or else those of the page's first example.</param>
/// <param name="Code">The example without them.</param>
internal sealed record Snippet(string Place, string Usings, string Code)
{
    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    private const string Given = """
        public abstract class Given
        {
            protected Microsoft.ML.MLContext ml = null!;
            protected Microsoft.ML.IDataView train = null!, test = null!, validation = null!;
            protected Microsoft.ML.IDataView trainRows = null!, validationRows = null!;
            protected Microsoft.ML.ITransformer model = null!;
            protected string[] args = [], paths = [];
            protected string path = "";
            protected System.Threading.CancellationToken token;
        }
        internal sealed class Row { public float[] Features { get; set; } = []; }
        internal sealed class Prediction
        {
            public string PredictedLabel { get; set; } = "";
            public float[] Score { get; set; } = [];
        }
        """;

    private static readonly MetadataReference[] References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(System.IO.Path.PathSeparator)
            .Concat([Folders.SweepsAssembly, Folders.EventsAssembly, Folders.RuntimeAssembly])
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    /// <summary>Gets the number of namespaces that the example needs besides the implicit ones.</summary>
    public int UsingCount => Usings.Count(character => character == '\n');

    /// <summary>Compiles the example.</summary>
    /// <returns>The errors; none if it compiles.</returns>
    public string[] Errors() => Errors(Compilation());

    /// <summary>Runs the example.</summary>
    public void Run()
    {
        using var image = new MemoryStream();
        CSharpCompilation compilation = Compilation();
        Assert.IsTrue(compilation.Emit(image).Success, string.Join('\n', Errors(compilation)));
        Assembly assembly = AssemblyLoadContext.Default.LoadFromStream(new MemoryStream(image.ToArray()));
        Type type = assembly.GetType("Example")!;
        ((Task)type.GetMethod("Run")!.Invoke(Activator.CreateInstance(type), null)!).GetAwaiter().GetResult();
    }

    private static string[] Errors(CSharpCompilation compilation) =>
    [
        .. compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)
            .Select(diagnostic => diagnostic.ToString()),
    ];

    private CSharpCompilation Compilation()
    {
        CompilationUnitSyntax code = SyntaxFactory.ParseCompilationUnit(Code);
        string statements = string.Concat(
            code.Members.OfType<GlobalStatementSyntax>().Select(member => member.ToFullString()));
        string types = string.Concat(
            code.Members.Where(member => member is not GlobalStatementSyntax).Select(member => member.ToFullString()));
        string example = $$"""
            {{Usings}}
            public sealed class Example : global::Given
            {
                public async System.Threading.Tasks.Task Run()
                {
            {{statements}}
                    await System.Threading.Tasks.Task.CompletedTask;
                }
            }
            {{types}}
            """;
        // The example's own types replace the given ones.
        string[] own = [.. code.Members.OfType<TypeDeclarationSyntax>().Select(type => type.Identifier.Text)];
        CompilationUnitSyntax given = SyntaxFactory.ParseCompilationUnit(Given);
        given = given.RemoveNodes(
            given.Members.OfType<TypeDeclarationSyntax>().Where(type => own.Contains(type.Identifier.Text)),
            SyntaxRemoveOptions.KeepNoTrivia)!;
        return CSharpCompilation.Create(
            $"Example{Guid.NewGuid():N}",
            [
                CSharpSyntaxTree.ParseText(example), CSharpSyntaxTree.ParseText(given.ToFullString()),
                CSharpSyntaxTree.ParseText(ImplicitUsings),
            ],
            References,
            new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
    }
}
