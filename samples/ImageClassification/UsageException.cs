namespace ImageClassification;

/// <summary>A request that cannot be met; the message is one sentence that says what to do instead.</summary>
internal sealed class UsageException(string message) : Exception(message);
