using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Microsoft.ML.Spiking.Tests.Architecture;

/// <summary>
/// Finds every type and member that the types of a compiled assembly mention: base types, signatures, attributes, local
/// variables, caught exceptions and the operands of instructions. It misses only types named in the arguments of an
/// attribute, which are stored as text.
/// </summary>
internal sealed class AssemblyScanner
{
    private readonly PEReader _file;
    private readonly MetadataReader _metadata;
    private readonly ReferenceCollector _found;

    private AssemblyScanner(PEReader file)
    {
        _file = file;
        _metadata = file.GetMetadataReader();
        _found = new ReferenceCollector(_metadata);
    }

    /// <summary>Returns all references in the assembly at the path.</summary>
    public static IReadOnlySet<Reference> Scan(string path) => Scan(path, out _);

    /// <summary>
    /// Returns all references, and the rows of the assembly's reference tables that were not reached.
    /// </summary>
    public static IReadOnlySet<Reference> Scan(string path, out IReadOnlyList<string> missed)
    {
        using var file = new PEReader(File.OpenRead(path));
        var scanner = new AssemblyScanner(file);
        MetadataReader metadata = scanner._metadata;

        scanner.AddAttributes(metadata.GetAssemblyDefinition().GetCustomAttributes());
        scanner.AddAttributes(metadata.GetModuleDefinition().GetCustomAttributes());
        foreach (TypeDefinitionHandle type in metadata.TypeDefinitions)
        {
            scanner.AddDefinition(type);
        }

        missed = scanner._found.Missed();
        return scanner._found.References;
    }

    private void AddDefinition(TypeDefinitionHandle handle)
    {
        TypeDefinition type = _metadata.GetTypeDefinition(handle);
        _found.StartType(type);
        _found.Add(type.BaseType);
        AddAttributes(type.GetCustomAttributes());
        AddGenericParameters(type.GetGenericParameters());
        foreach (InterfaceImplementationHandle implemented in type.GetInterfaceImplementations())
        {
            InterfaceImplementation row = _metadata.GetInterfaceImplementation(implemented);
            _found.Add(row.Interface);
            AddAttributes(row.GetCustomAttributes());
        }

        foreach (MethodImplementationHandle implementation in type.GetMethodImplementations())
        {
            _found.Add(_metadata.GetMethodImplementation(implementation).MethodDeclaration);
        }

        foreach (FieldDefinitionHandle field in type.GetFields())
        {
            FieldDefinition definition = _metadata.GetFieldDefinition(field);
            definition.DecodeSignature(_found.Signatures, null);
            AddAttributes(definition.GetCustomAttributes());
        }

        foreach (PropertyDefinitionHandle property in type.GetProperties())
        {
            AddAttributes(_metadata.GetPropertyDefinition(property).GetCustomAttributes());
        }

        foreach (EventDefinitionHandle @event in type.GetEvents())
        {
            _found.Add(_metadata.GetEventDefinition(@event).Type);
            AddAttributes(_metadata.GetEventDefinition(@event).GetCustomAttributes());
        }

        foreach (MethodDefinitionHandle method in type.GetMethods())
        {
            AddMethod(_metadata.GetMethodDefinition(method));
        }
    }

    private void AddMethod(MethodDefinition method)
    {
        method.DecodeSignature(_found.Signatures, null);
        AddAttributes(method.GetCustomAttributes());
        AddGenericParameters(method.GetGenericParameters());
        foreach (ParameterHandle parameter in method.GetParameters())
        {
            AddAttributes(_metadata.GetParameter(parameter).GetCustomAttributes());
        }

        if (method.RelativeVirtualAddress == 0)
        {
            return;
        }

        MethodBodyBlock body = _file.GetMethodBody(method.RelativeVirtualAddress);
        _found.Add(body.LocalSignature);
        foreach (ExceptionRegion region in body.ExceptionRegions)
        {
            _found.Add(region.CatchType);
        }

        foreach (EntityHandle operand in IlTokens.In(body.GetILReader()))
        {
            _found.Add(operand);
        }
    }

    private void AddAttributes(CustomAttributeHandleCollection attributes)
    {
        foreach (CustomAttributeHandle attribute in attributes)
        {
            _found.Add(_metadata.GetCustomAttribute(attribute).Constructor);
        }
    }

    private void AddGenericParameters(GenericParameterHandleCollection parameters)
    {
        foreach (GenericParameterHandle handle in parameters)
        {
            GenericParameter parameter = _metadata.GetGenericParameter(handle);
            AddAttributes(parameter.GetCustomAttributes());
            foreach (GenericParameterConstraintHandle constraint in parameter.GetConstraints())
            {
                _found.Add(_metadata.GetGenericParameterConstraint(constraint).Type);
            }
        }
    }
}
