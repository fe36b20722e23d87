namespace Samples;

/// <summary>A file is not a model that these programs can feed; the message is one sentence that says why.</summary>
internal sealed class ModelFileException(string message, Exception? inner = null) : Exception(message, inner);
