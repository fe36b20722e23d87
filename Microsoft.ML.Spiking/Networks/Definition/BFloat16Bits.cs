namespace Microsoft.ML.Spiking.Networks.Definition;

/// <summary>The upper half of a float32: bfloat16.</summary>
internal static class BFloat16Bits
{
    /// <summary>Returns the nearest value of bfloat16, the even one of two; the largest finite one at most.</summary>
    /// <param name="value">Finite.</param>
    public static float Round(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        uint rounded = bits + 0x7FFF + ((bits >> 16) & 1);
        // Beyond the largest finite value the exponent would be that of infinity.
        return BitConverter.UInt32BitsToSingle((rounded & 0x7F80_0000) == 0x7F80_0000
            ? (bits & 0x8000_0000) | 0x7F7F_0000
            : rounded & 0xFFFF_0000);
    }

    /// <summary>Returns the bits of a value that is one of bfloat16.</summary>
    public static ushort Of(float value) => (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16);

    /// <summary>Returns the value of those bits.</summary>
    public static float ToSingle(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);
}
