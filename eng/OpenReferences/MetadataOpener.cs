using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace OpenReferences;

/// <summary>
/// Makes the internal members of a compiled assembly visible to the compiler. Rows of a metadata table have a fixed
/// size, so only the visibility bits change, in place; the result is compiled against and never run.
/// </summary>
internal static class MetadataOpener
{
    // ECMA-335 II.22.26: a MethodDef row starts with RVA (4 bytes) and ImplFlags (2); TypeDef and Field with Flags.
    private const int MethodFlagsOffset = 6;

    /// <summary>Opens the assembly whose bytes are given.</summary>
    public static void Open(byte[] image)
    {
        using var file = new PEReader(ImmutableArray.Create(image));
        MetadataReader metadata = file.GetMetadataReader();
        int start = file.PEHeaders.MetadataStartOffset;

        int Row(TableIndex table, int rowNumber) =>
            start + metadata.GetTableMetadataOffset(table) + ((rowNumber - 1) * metadata.GetTableRowSize(table));

        foreach (TypeDefinitionHandle handle in metadata.TypeDefinitions)
        {
            TypeDefinition type = metadata.GetTypeDefinition(handle);
            if (IsCompilerSupport(metadata, type))
            {
                continue;
            }

            Span<byte> typeFlags = image.AsSpan(Row(TableIndex.TypeDef, MetadataTokens.GetRowNumber(handle)));
            BinaryPrimitives.WriteInt32LittleEndian(typeFlags, (int)Opened(type.Attributes));

            foreach (FieldDefinitionHandle field in type.GetFields())
            {
                FieldAttributes attributes = metadata.GetFieldDefinition(field).Attributes;
                Span<byte> flags = image.AsSpan(Row(TableIndex.Field, MetadataTokens.GetRowNumber(field)));
                BinaryPrimitives.WriteUInt16LittleEndian(flags, OpenedMember((ushort)attributes));
            }

            foreach (MethodDefinitionHandle method in type.GetMethods())
            {
                MethodAttributes attributes = metadata.GetMethodDefinition(method).Attributes;
                int row = Row(TableIndex.MethodDef, MetadataTokens.GetRowNumber(method));
                Span<byte> flags = image.AsSpan(row + MethodFlagsOffset);
                BinaryPrimitives.WriteUInt16LittleEndian(flags, OpenedMember((ushort)attributes));
            }
        }
    }

    /// <summary>
    /// Compilers embed attributes of their own in System and Microsoft.CodeAnalysis; public copies of those would be
    /// ambiguous with the framework's.
    /// </summary>
    private static bool IsCompilerSupport(MetadataReader metadata, TypeDefinition type)
    {
        while (!type.GetDeclaringType().IsNil)
        {
            type = metadata.GetTypeDefinition(type.GetDeclaringType());
        }

        string name = metadata.GetString(type.Namespace);
        return name == "System" || name.StartsWith("System.", StringComparison.Ordinal)
            || name == "Microsoft.CodeAnalysis";
    }

    private static TypeAttributes Opened(TypeAttributes attributes) =>
        (attributes & ~TypeAttributes.VisibilityMask) | ((attributes & TypeAttributes.VisibilityMask) switch
        {
            TypeAttributes.NotPublic => TypeAttributes.Public,
            TypeAttributes.NestedAssembly or TypeAttributes.NestedFamORAssem => TypeAttributes.NestedPublic,
            TypeAttributes.NestedFamANDAssem => TypeAttributes.NestedFamily,
            TypeAttributes other => other,
        });

    /// <summary>Fields and methods share the values of their access bits (ECMA-335 II.23.1.5 and II.23.1.10).</summary>
    private static ushort OpenedMember(ushort attributes)
    {
        var access = (MethodAttributes)attributes & MethodAttributes.MemberAccessMask;
        MethodAttributes opened = access switch
        {
            MethodAttributes.Assembly => MethodAttributes.Public,
            MethodAttributes.FamANDAssem or MethodAttributes.FamORAssem => MethodAttributes.Family,
            _ => access,
        };
        return (ushort)((attributes & ~(ushort)MethodAttributes.MemberAccessMask) | (ushort)opened);
    }
}
