using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Microsoft.ML.Spiking.Tests.Architecture;

/// <summary>
/// The folder of each type's source file, read from the assembly's symbols. The namespace does not show it: public
/// types are in one or two namespaces, in whichever folder they are.
/// </summary>
internal static class SourceFolders
{
    // TypeDefinitionDocuments of the portable PDB format: the documents of types without code.
    private static readonly Guid TypeDocuments = new("932E74BC-DBA9-4478-8D46-0F32A7BAB3D3");

    /// <summary>
    /// Reads the folder of each outermost type, by the type's full name: its path below the project's folder, with '/'
    /// between names; empty for the project's own folder. Generated types are left out.
    /// </summary>
    /// <param name="assemblyPath">The assembly; its symbols are beside it.</param>
    /// <param name="project">The name of the project's folder.</param>
    /// <exception cref="InvalidOperationException">There are no symbols, or they are not portable.</exception>
    public static IReadOnlyDictionary<string, string> Read(string assemblyPath, string project)
    {
        using var file = new PEReader(File.OpenRead(assemblyPath));
        MetadataReader metadata = file.GetMetadataReader();
        if (!file.TryOpenAssociatedPortablePdb(assemblyPath, File.OpenRead, out MetadataReaderProvider? provider, out _)
            || provider is null)
        {
            throw new InvalidOperationException(
                $"No symbols were found for {assemblyPath}; build with a portable PDB.");
        }
        using (provider)
        {
            MetadataReader symbols = provider.GetMetadataReader();
            var folders = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (TypeDefinitionHandle handle in metadata.TypeDefinitions)
            {
                TypeDefinition type = metadata.GetTypeDefinition(handle);
                if (!type.IsNested && DocumentsOf(type, handle, symbols)
                    .Select(document => FolderBelow(project, symbols.GetString(symbols.GetDocument(document).Name)))
                    .FirstOrDefault(IsWritten) is { } folder)
                {
                    folders[SignatureReader.FullName(metadata, handle)] = folder;
                }
            }
            return folders;
        }
    }

    // The output of source generators is below obj.
    private static bool IsWritten(string folder) => folder.Split('/')[0] != "obj";

    private static IEnumerable<DocumentHandle> DocumentsOf(
        TypeDefinition type, TypeDefinitionHandle handle, MetadataReader symbols)
    {
        foreach (CustomDebugInformationHandle information in symbols.GetCustomDebugInformation(handle))
        {
            CustomDebugInformation row = symbols.GetCustomDebugInformation(information);
            if (symbols.GetGuid(row.Kind) == TypeDocuments)
            {
                yield return MetadataTokens.DocumentHandle(symbols.GetBlobReader(row.Value).ReadCompressedInteger());
            }
        }
        foreach (MethodDefinitionHandle method in type.GetMethods())
        {
            MethodDebugInformation information = symbols.GetMethodDebugInformation(method.ToDebugInformationHandle());
            if (!information.Document.IsNil)
            {
                yield return information.Document;
            }
        }
    }

    private static string FolderBelow(string project, string document)
    {
        string path = document.Replace('\\', '/');
        int start = path.LastIndexOf($"/{project}/", StringComparison.Ordinal) + project.Length + 2;
        int end = path.LastIndexOf('/');
        return end < start ? "" : path[start..end];
    }
}
