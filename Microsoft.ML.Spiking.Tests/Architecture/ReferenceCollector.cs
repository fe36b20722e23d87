using System.Reflection.Metadata;

namespace Microsoft.ML.Spiking.Tests.Architecture;

/// <summary>Turns the metadata tokens that <see cref="AssemblyScanner"/> finds into references.</summary>
internal sealed class ReferenceCollector
{
    private readonly MetadataReader _metadata;
    private readonly string _assembly;
    private readonly HashSet<Reference> _references = [];
    private readonly HashSet<EntityHandle> _reached = [];
    private string _fromNamespace = "";
    private string _fromType = "";

    public ReferenceCollector(MetadataReader metadata)
    {
        _metadata = metadata;
        _assembly = metadata.GetString(metadata.GetAssemblyDefinition().Name);
        Signatures = new SignatureReader(AddType);
    }

    public IReadOnlySet<Reference> References => _references;

    /// <summary>Gets the reader of signatures; it records the types in them.</summary>
    public SignatureReader Signatures { get; }

    /// <summary>Makes the type the source of the references that follow.</summary>
    public void StartType(TypeDefinition type)
    {
        TypeDefinition outermost = Outermost(type);
        _fromNamespace = _metadata.GetString(outermost.Namespace);
        _fromType = _metadata.GetString(outermost.Name);
    }

    /// <summary>Returns the rows of the assembly's reference tables that have not been reached so far.</summary>
    public IReadOnlyList<string> Missed() =>
    [
        .. _metadata.TypeReferences.Where(row => !_reached.Contains(row))
            .Select(row => SignatureReader.FullName(_metadata, row)),
        .. _metadata.MemberReferences.Where(row => !_reached.Contains(row)).Select(FullName),
    ];

    /// <summary>Records the type or member that a token stands for; nil is ignored.</summary>
    public void Add(EntityHandle handle)
    {
        if (handle.IsNil)
        {
            return;
        }

        switch (handle.Kind)
        {
            case HandleKind.TypeReference or HandleKind.TypeDefinition:
                AddType(handle);
                break;
            case HandleKind.TypeSpecification:
                _metadata.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(Signatures, null);
                break;
            case HandleKind.MemberReference:
                AddMember((MemberReferenceHandle)handle);
                break;
            case HandleKind.MethodSpecification:
                MethodSpecification instance = _metadata.GetMethodSpecification((MethodSpecificationHandle)handle);
                instance.DecodeSignature(Signatures, null);
                Add(instance.Method);
                break;
            case HandleKind.MethodDefinition:
                AddType(_metadata.GetMethodDefinition((MethodDefinitionHandle)handle).GetDeclaringType());
                break;
            case HandleKind.FieldDefinition:
                AddType(_metadata.GetFieldDefinition((FieldDefinitionHandle)handle).GetDeclaringType());
                break;
            case HandleKind.StandaloneSignature:
                AddStandalone(_metadata.GetStandaloneSignature((StandaloneSignatureHandle)handle));
                break;
            default:
                throw new NotSupportedException($"A reference by {handle.Kind}.");
        }
    }

    private void AddStandalone(StandaloneSignature signature)
    {
        if (signature.GetKind() == StandaloneSignatureKind.Method)
        {
            signature.DecodeMethodSignature(Signatures, null);
        }
        else
        {
            signature.DecodeLocalSignature(Signatures, null);
        }
    }

    private void AddMember(MemberReferenceHandle handle)
    {
        _reached.Add(handle);
        MemberReference member = _metadata.GetMemberReference(handle);
        string name = _metadata.GetString(member.Name);
        string signature = member.GetKind() == MemberReferenceKind.Method
            ? SignatureReader.Method(name, member.DecodeMethodSignature(Signatures, null))
            : SignatureReader.Field(name, member.DecodeFieldSignature(Signatures, null));

        // A generic type's arguments count too, but the member is that of the open type.
        Add(member.Parent);
        if (DeclaringType(member.Parent) is { } parent)
        {
            AddReference(parent, signature);
        }
    }

    private EntityHandle? DeclaringType(EntityHandle parent)
    {
        if (parent.Kind != HandleKind.TypeSpecification)
        {
            return parent.Kind is HandleKind.TypeReference or HandleKind.TypeDefinition ? parent : null;
        }

        BlobReader blob = _metadata.GetBlobReader(
            _metadata.GetTypeSpecification((TypeSpecificationHandle)parent).Signature);
        if (blob.ReadSignatureTypeCode() != SignatureTypeCode.GenericTypeInstance)
        {
            return null; // an array's own methods
        }

        blob.ReadCompressedInteger(); // class or value type
        return blob.ReadTypeHandle();
    }

    private void AddType(EntityHandle handle) => AddReference(handle, member: null);

    private void AddReference(EntityHandle type, string? member)
    {
        if (type.Kind == HandleKind.TypeDefinition)
        {
            var definition = (TypeDefinitionHandle)type;
            AddReference(
                _assembly, Outermost(_metadata.GetTypeDefinition(definition)).Namespace,
                SignatureReader.FullName(_metadata, definition), member);
            return;
        }

        var reference = (TypeReferenceHandle)type;
        TypeReference outermost = _metadata.GetTypeReference(reference);
        _reached.Add(reference);
        while (outermost.ResolutionScope.Kind == HandleKind.TypeReference)
        {
            var declaring = (TypeReferenceHandle)outermost.ResolutionScope;
            _reached.Add(declaring);
            outermost = _metadata.GetTypeReference(declaring);
        }

        string assembly = outermost.ResolutionScope.Kind == HandleKind.AssemblyReference
            ? AssemblyName((AssemblyReferenceHandle)outermost.ResolutionScope)
            : _assembly;
        AddReference(assembly, outermost.Namespace, SignatureReader.FullName(_metadata, reference), member);
    }

    private void AddReference(string assembly, StringHandle space, string type, string? member) =>
        _references.Add(new Reference(_fromNamespace, _fromType, assembly, _metadata.GetString(space), type, member));

    private string AssemblyName(AssemblyReferenceHandle handle) =>
        _metadata.GetString(_metadata.GetAssemblyReference(handle).Name);

    private string FullName(MemberReferenceHandle handle)
    {
        MemberReference member = _metadata.GetMemberReference(handle);
        string type = member.Parent.Kind == HandleKind.TypeReference
            ? SignatureReader.FullName(_metadata, (TypeReferenceHandle)member.Parent)
            : "?";
        return $"{type}::{_metadata.GetString(member.Name)}";
    }

    private TypeDefinition Outermost(TypeDefinition type)
    {
        while (type.IsNested)
        {
            type = _metadata.GetTypeDefinition(type.GetDeclaringType());
        }

        return type;
    }
}
