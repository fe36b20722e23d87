using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Microsoft.ML.Spiking.Tests.Architecture;

namespace Microsoft.ML.Spiking.Tests.MLNetInternals;

/// <summary>The types and members of the ML.NET assemblies beside the tests, public or not.</summary>
internal sealed class MLNetSurface : IDisposable
{
    private readonly Dictionary<string, PEReader> _files = [];
    private readonly Dictionary<string, Dictionary<string, TypeDefinitionHandle>> _types = [];

    /// <summary>Returns whether an assembly is ML.NET's own.</summary>
    public static bool Holds(string assembly) =>
        assembly.StartsWith("Microsoft.ML.", StringComparison.Ordinal)
        && !assembly.StartsWith(Library.Name, StringComparison.Ordinal);

    public static string PathOf(string assembly) => Path.Combine(AppContext.BaseDirectory, assembly + ".dll");

    public Visibility Find(Reference reference)
    {
        Dictionary<string, TypeDefinitionHandle> types = Open(reference.ToAssembly, out MetadataReader metadata);
        if (!types.TryGetValue(reference.ToType, out TypeDefinitionHandle handle))
        {
            return Visibility.Missing;
        }

        Visibility type = IsPublic(metadata, handle) ? Visibility.Public : Visibility.NonPublic;
        return reference.ToMember is null ? type : Min(type, FindMember(metadata, handle, reference.ToMember));
    }

    /// <summary>Returns the number of an assembly's types that are not public.</summary>
    public int CountNonPublicTypes(string assembly) =>
        Open(assembly, out MetadataReader metadata).Values.Count(handle => !IsPublic(metadata, handle));

    public void Dispose()
    {
        foreach (PEReader file in _files.Values)
        {
            file.Dispose();
        }
    }

    private Dictionary<string, TypeDefinitionHandle> Open(string assembly, out MetadataReader metadata)
    {
        if (!_files.TryGetValue(assembly, out PEReader? file))
        {
            file = new PEReader(File.OpenRead(PathOf(assembly)));
            MetadataReader reader = file.GetMetadataReader();
            _files.Add(assembly, file);
            _types.Add(assembly, reader.TypeDefinitions.ToDictionary(type => SignatureReader.FullName(reader, type)));
        }

        metadata = file.GetMetadataReader();
        return _types[assembly];
    }

    private static Visibility FindMember(MetadataReader metadata, TypeDefinitionHandle handle, string member)
    {
        var signatures = new SignatureReader();
        TypeDefinition type = metadata.GetTypeDefinition(handle);
        foreach (MethodDefinitionHandle row in type.GetMethods())
        {
            MethodDefinition method = metadata.GetMethodDefinition(row);
            string name = metadata.GetString(method.Name);
            if (SignatureReader.Method(name, method.DecodeSignature(signatures, null)) == member)
            {
                return OfMember(method.Attributes & MethodAttributes.MemberAccessMask);
            }
        }

        foreach (FieldDefinitionHandle row in type.GetFields())
        {
            FieldDefinition field = metadata.GetFieldDefinition(row);
            string name = metadata.GetString(field.Name);
            if (SignatureReader.Field(name, field.DecodeSignature(signatures, null)) == member)
            {
                return OfMember((MethodAttributes)(field.Attributes & FieldAttributes.FieldAccessMask));
            }
        }

        return Visibility.Missing;
    }

    // Fields and methods share the values of their access bits.
    private static Visibility OfMember(MethodAttributes access) =>
        access is MethodAttributes.Public or MethodAttributes.Family or MethodAttributes.FamORAssem
            ? Visibility.Public
            : Visibility.NonPublic;

    private static bool IsPublic(MetadataReader metadata, TypeDefinitionHandle handle)
    {
        TypeDefinition type = metadata.GetTypeDefinition(handle);
        return (type.Attributes & TypeAttributes.VisibilityMask) switch
        {
            TypeAttributes.Public => true,
            TypeAttributes.NestedPublic or TypeAttributes.NestedFamily or TypeAttributes.NestedFamORAssem =>
                IsPublic(metadata, type.GetDeclaringType()),
            _ => false,
        };
    }

    private static Visibility Min(Visibility one, Visibility other) => one < other ? one : other;
}
