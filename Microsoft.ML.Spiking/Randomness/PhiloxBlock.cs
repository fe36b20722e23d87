namespace Microsoft.ML.Spiking.Randomness;

/// <summary>Four 32-bit words: a counter of <see cref="Philox4x32"/>, or its output.</summary>
internal readonly record struct PhiloxBlock(uint Word0, uint Word1, uint Word2, uint Word3);
