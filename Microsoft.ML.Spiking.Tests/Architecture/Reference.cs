namespace Microsoft.ML.Spiking.Tests.Architecture;

/// <summary>That a compiled type mentions another type or one of its members.</summary>
/// <param name="FromNamespace">Of the outermost type that mentions it; empty for the assembly's attributes.</param>
/// <param name="FromType">The outermost type: what the compiler makes of a lambda counts as its author's.</param>
/// <param name="ToAssembly">Simple name.</param>
/// <param name="ToNamespace">Of the outermost type.</param>
/// <param name="ToType">Full name, nested types after a plus sign.</param>
/// <param name="ToMember">Name and signature as <see cref="SignatureReader"/> writes them; null for the type.</param>
internal sealed record Reference(
    string FromNamespace, string FromType, string ToAssembly, string ToNamespace, string ToType, string? ToMember)
{
    public override string ToString() =>
        $"{FromNamespace}.{FromType} -> [{ToAssembly}] {ToType}{(ToMember is null ? "" : "::" + ToMember)}";
}
