using System.Runtime.CompilerServices;

// The same three assemblies that eng/OpenMLNetInternals.targets opens for the compiler.
[assembly: IgnoresAccessChecksTo("Microsoft.ML.Core")]
[assembly: IgnoresAccessChecksTo("Microsoft.ML.Data")]
[assembly: IgnoresAccessChecksTo("Microsoft.ML.CpuMath")]

namespace System.Runtime.CompilerServices;

/// <summary>
/// Lets this assembly reach the internal members of another one at run time. The runtime recognises the attribute by
/// its full name; no framework assembly declares it.
/// </summary>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
internal sealed class IgnoresAccessChecksToAttribute(string assemblyName) : Attribute
{
    public string AssemblyName { get; } = assemblyName;
}
