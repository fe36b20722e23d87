namespace Microsoft.ML.Spiking.Tests.MLNetInternals;

/// <summary>What an ordinary user of ML.NET sees of a type or member.</summary>
internal enum Visibility
{
    Missing,
    NonPublic,
    Public,
}
