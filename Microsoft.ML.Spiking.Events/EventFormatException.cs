namespace Microsoft.ML.Spiking.Events;

/// <summary>A recording that is not what its format asks for. The message names the file and the place in it.</summary>
public sealed class EventFormatException : FormatException
{
    internal EventFormatException(string message, long offset, Exception? inner = null)
        : base(message, inner) => Offset = offset;

    /// <summary>Gets the place in the file, or in what was unpacked of it: bytes from its beginning.</summary>
    public long Offset { get; }
}
