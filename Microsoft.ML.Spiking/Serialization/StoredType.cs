using System.Buffers.Binary;

namespace Microsoft.ML.Spiking.Serialization;

/// <summary>The form of an array's numbers in a file; little-endian.</summary>
internal enum StoredType
{
    Float32,
    Float64,
    Float16,
    BFloat16,
    Int64,
    Int8,
}

/// <summary>Sizes and conversions of stored numbers.</summary>
internal static class StoredTypes
{
    /// <summary>Returns the type that safetensors calls so; null for one that is not read.</summary>
    public static StoredType? OfSafetensors(string name) => name switch
    {
        "F32" => StoredType.Float32,
        "F64" => StoredType.Float64,
        "F16" => StoredType.Float16,
        "BF16" => StoredType.BFloat16,
        "I64" => StoredType.Int64,
        "I8" => StoredType.Int8,
        _ => null,
    };

    /// <summary>Returns the bytes of a number.</summary>
    public static int Size(this StoredType type) => type switch
    {
        StoredType.Float32 => sizeof(float),
        StoredType.Float64 or StoredType.Int64 => sizeof(double),
        StoredType.Float16 or StoredType.BFloat16 => sizeof(ushort),
        StoredType.Int8 => sizeof(sbyte),
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    /// <summary>Returns the number at the start of the bytes, rounded to single precision.</summary>
    public static float ToSingle(this StoredType type, ReadOnlySpan<byte> bytes) => type switch
    {
        StoredType.Float32 => BinaryPrimitives.ReadSingleLittleEndian(bytes),
        StoredType.Float64 => (float)BinaryPrimitives.ReadDoubleLittleEndian(bytes),
        StoredType.Float16 => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes),
        StoredType.BFloat16 =>
            BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(bytes) << 16),
        StoredType.Int8 => (sbyte)bytes[0],
        StoredType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(bytes),
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };
}
