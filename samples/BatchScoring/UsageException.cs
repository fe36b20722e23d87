namespace BatchScoring;

/// <summary>What the user asked for cannot be done; the message is one sentence that says what to do instead.</summary>
internal sealed class UsageException(string message) : Exception(message);
