using System.Reflection;
using System.Runtime.Loader;

namespace Microsoft.ML.Spiking.Samples.Tests.Batch;

/// <summary>
/// The sample in this process, with its own copies of the libraries: mistakes of the command line are many, and a
/// process for each would take most of the time in starting.
/// </summary>
internal static class LoadedSample
{
    private static readonly Lazy<MethodInfo> Main = new(() =>
    {
        string path = Build.Sample("BatchScoring");
        return new Libraries(path).LoadFromAssemblyPath(path).EntryPoint!;
    });

    /// <summary>Runs it in a folder.</summary>
    public static (int Code, string Output, string Errors) Run(string folder, params string[] arguments)
    {
        string before = Environment.CurrentDirectory;
        (TextWriter output, TextWriter errors) = (Console.Out, Console.Error);
        using var written = new StringWriter();
        using var complained = new StringWriter();
        try
        {
            Environment.CurrentDirectory = folder;
            Console.SetOut(written);
            Console.SetError(complained);
            int code = (int)Main.Value.Invoke(null, [arguments])!;
            return (code, written.ToString().TrimEnd(), complained.ToString().TrimEnd());
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(errors);
            Environment.CurrentDirectory = before;
        }
    }

    private sealed class Libraries(string program) : AssemblyLoadContext("BatchScoring")
    {
        private readonly AssemblyDependencyResolver _resolver = new(program);

        protected override Assembly? Load(AssemblyName assemblyName) =>
            _resolver.ResolveAssemblyToPath(assemblyName) is string path ? LoadFromAssemblyPath(path) : null;

        protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
            _resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is string path ? LoadUnmanagedDllFromPath(path) : 0;
    }
}
