using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.ML.Spiking.Tests.Repository;

namespace Microsoft.ML.Spiking.Tests.Architecture;

/// <summary>
/// Calls of an operating system's own functions say which system they need. The compiler then refuses a call of them
/// without a guard (CA1416), here and in every other project.
/// </summary>
[TestClass]
public sealed class PlatformCallTests
{
    /// <summary>Libraries that packages bring for every system.</summary>
    private static readonly string[] Portable = ["torch_cpu"];

    public static IEnumerable<object[]> Assemblies => Directory.EnumerateDirectories(Folders.Root)
        .Select(folder => Path.GetFileName(folder)!)
        .Where(name => name.StartsWith("Microsoft.ML.Spiking", StringComparison.Ordinal)
            && !name.EndsWith("Tests", StringComparison.Ordinal)
            && !name.EndsWith("Templates", StringComparison.Ordinal))
        .Select(name => new object[] { name });

    [TestMethod]
    [DynamicData(nameof(Assemblies))]
    public void NativeCalls_OfAPackage_SayWhichSystemTheyNeed(string project)
    {
        string[] offences = [.. CallsOf(AssemblyOf(project)).Where(call => !call.NamesSystem)
            .Where(call => !Portable.Contains(call.Library)).Select(call => $"{call.Method} of {call.Library}")];

        Assert.IsEmpty(offences, $"Give them [SupportedOSPlatform]: {string.Join(", ", offences)}");
    }

    /// <summary>The test above would also pass if calls were not found.</summary>
    [TestMethod]
    public void NativeCalls_OfTheLibrary_AreFound()
    {
        NativeCall[] calls = [.. CallsOf(AssemblyOf("Microsoft.ML.Spiking"))];

        Assert.Contains(call => call.Library == "libc.so.6" && call.NamesSystem, calls);
        Assert.Contains(call => call.Library == "torch_cpu" && !call.NamesSystem, calls);
        Assert.Contains(call => call.Method == nameof(NoGuard) && !call.NamesSystem,
            CallsOf(typeof(PlatformCallTests).Assembly.Location));
    }

    [TestMethod]
    public void Analyzer_OfPlatformCalls_IsSilencedNowhere()
    {
        string own = nameof(PlatformCallTests) + ".cs";
        string[] silencing = [.. Directory.EnumerateFiles(Folders.Root, "*", SearchOption.AllDirectories)
            .Where(path => Path.GetExtension(path) is ".cs" or ".csproj" or ".props" or ".targets" or ".editorconfig")
            .Where(path => !path.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}",
                StringComparison.Ordinal) && Path.GetFileName(path) != own)
            .Where(path => File.ReadAllText(path).Contains("CA1416", StringComparison.Ordinal))];

        Assert.IsEmpty(silencing, string.Join(", ", silencing));
    }

    // Never called: a call that the first test would refuse.
    [DllImport("libc.so.6", EntryPoint = "getpid")]
    private static extern int NoGuard();

    private static string AssemblyOf(string project)
    {
        string name = project == "Microsoft.ML.Spiking.Tool" ? "spiking" : project;
        string beside = Path.Combine(AppContext.BaseDirectory, $"{name}.dll");
        string built = Path.Combine(Folders.Root, project, "bin");
        string? path = File.Exists(beside) ? beside : !Directory.Exists(built) ? null
            : Directory.EnumerateFiles(built, $"{name}.dll", SearchOption.AllDirectories)
                .OrderByDescending(File.GetLastWriteTimeUtc).FirstOrDefault();
        if (path is null)
        {
            Assert.Inconclusive($"{project} has not been built.");
        }
        return path;
    }

    private static IEnumerable<NativeCall> CallsOf(string path)
    {
        using var file = new PEReader(File.OpenRead(path));
        MetadataReader metadata = file.GetMetadataReader();
        foreach (MethodDefinitionHandle handle in metadata.MethodDefinitions)
        {
            MethodDefinition method = metadata.GetMethodDefinition(handle);
            if ((method.Attributes & MethodAttributes.PinvokeImpl) == 0)
            {
                continue;
            }
            string library = metadata.GetString(metadata.GetModuleReference(method.GetImport().Module).Name);
            string name = metadata.GetString(method.Name);
            yield return new(name, library, NamesSystem(metadata, handle));
        }
    }

    private static bool NamesSystem(MetadataReader metadata, MethodDefinitionHandle handle)
    {
        MethodDefinition call = metadata.GetMethodDefinition(handle);
        TypeDefinition type = metadata.GetTypeDefinition(call.GetDeclaringType());
        // A generated function is inside the one that has the attributes.
        string name = metadata.GetString(call.Name);
        return Has(metadata, call.GetCustomAttributes()) || Has(metadata, type.GetCustomAttributes())
            || type.GetMethods().Select(metadata.GetMethodDefinition).Any(outer => name.StartsWith('<')
                && name.StartsWith($"<{metadata.GetString(outer.Name)}>", StringComparison.Ordinal)
                && Has(metadata, outer.GetCustomAttributes()));
    }

    private static bool Has(MetadataReader metadata, CustomAttributeHandleCollection attributes) =>
        attributes.Select(metadata.GetCustomAttribute).Any(attribute =>
            attribute.Constructor.Kind == HandleKind.MemberReference
            && metadata.GetMemberReference((MemberReferenceHandle)attribute.Constructor).Parent
                is { Kind: HandleKind.TypeReference } parent
            && metadata.GetString(metadata.GetTypeReference((TypeReferenceHandle)parent).Name)
                == nameof(SupportedOSPlatformAttribute));

    /// <summary>A function of a native library.</summary>
    /// <param name="Method">The method that stands for it.</param>
    /// <param name="Library">The library's name.</param>
    /// <param name="NamesSystem">Whether it says which system it needs.</param>
    private sealed record NativeCall(string Method, string Library, bool NamesSystem);
}
