namespace OrdinaryConsumer.Own;

/// <summary>Has the name of an internal type of ML.NET.</summary>
internal sealed class ModelLoadContext;
