namespace Microsoft.ML.Spiking.Tests.MLNetInternals;

/// <summary>The visibility of a type or member to an ordinary user of ML.NET.</summary>
internal enum Visibility
{
    Missing,
    NonPublic,
    Public,
}
