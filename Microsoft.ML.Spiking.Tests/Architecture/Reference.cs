namespace Microsoft.ML.Spiking.Tests.Architecture;

/// <summary>A mention of a type, or one of its members, by a compiled type.</summary>
/// <param name="FromNamespace">
/// The namespace of the outermost type that mentions it; empty for the assembly's attributes.
/// </param>
/// <param name="FromType">The outermost type, because the compiler generates nested types for lambdas.</param>
/// <param name="ToAssembly">The simple name of the assembly.</param>
/// <param name="ToNamespace">The namespace of the outermost type.</param>
/// <param name="ToType">The full name, nested types after a plus sign.</param>
/// <param name="ToMember">Name and signature as <see cref="SignatureReader"/> writes them; null for the type.</param>
internal sealed record Reference(
    string FromNamespace, string FromType, string ToAssembly, string ToNamespace, string ToType, string? ToMember)
{
    public override string ToString() =>
        $"{FromNamespace}.{FromType} -> [{ToAssembly}] {ToType}{(ToMember is null ? "" : "::" + ToMember)}";
}
