namespace BatchScoring;

/// <summary>What predictions depend on. Those that were begun with another one are not gone on with.</summary>
/// <param name="Model">SHA-256 of the model's file.</param>
/// <param name="InputBytes">Length of the input.</param>
/// <param name="InputWritten">When the input was last written.</param>
/// <param name="Features">The fields that are features.</param>
/// <param name="Header">See <see cref="Arguments.Header"/>.</param>
/// <param name="Separator">See <see cref="Arguments.Separator"/>.</param>
/// <param name="AllowMissing">See <see cref="Arguments.AllowMissing"/>.</param>
internal sealed record JobIdentity(
    string Model, long InputBytes, DateTime InputWritten, string Features, bool Header, char Separator, bool AllowMissing);
