using System.Runtime.CompilerServices;

// The same three assemblies that eng/OpenMLNetInternals.targets opens for the compiler.
[assembly: IgnoresAccessChecksTo("Microsoft.ML.Core")]
[assembly: IgnoresAccessChecksTo("Microsoft.ML.Data")]
[assembly: IgnoresAccessChecksTo("Microsoft.ML.CpuMath")]
