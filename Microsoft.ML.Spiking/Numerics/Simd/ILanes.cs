namespace Microsoft.ML.Spiking.Numerics.Simd;

/// <summary>
/// Some float32 values that are handled together: one, or a hardware vector. Kernels are written once over this
/// interface; the JIT compiles a body for each implementation.
/// </summary>
/// <remarks>
/// Every operation rounds as IEEE 754 says and products that are added are fused where the processor can, so that a
/// kernel's result does not depend on the width.
/// </remarks>
internal unsafe interface ILanes<TSelf> where TSelf : unmanaged, ILanes<TSelf>
{
    /// <summary>Number of values.</summary>
    static abstract int Count { get; }

    /// <summary>The same value in every lane.</summary>
    static abstract TSelf Of(float value);

    static abstract TSelf Load(float* source);

    static abstract void Store(TSelf value, float* target);

    /// <summary>Stores past the caches. <paramref name="target"/> must be aligned to the size of the vector.</summary>
    static abstract void StoreNonTemporal(TSelf value, float* target);

    static abstract TSelf operator +(TSelf left, TSelf right);

    static abstract TSelf operator -(TSelf left, TSelf right);

    static abstract TSelf operator *(TSelf left, TSelf right);

    static abstract TSelf operator /(TSelf left, TSelf right);

    static abstract TSelf operator -(TSelf value);

    /// <summary>a b + c, rounded once where the processor can.</summary>
    static abstract TSelf MultiplyAdd(TSelf a, TSelf b, TSelf c);

    /// <summary>The smaller; <paramref name="value"/> if it is not a number.</summary>
    static abstract TSelf AtMost(TSelf bound, TSelf value);

    /// <summary>The larger; <paramref name="value"/> if it is not a number.</summary>
    static abstract TSelf AtLeast(TSelf bound, TSelf value);

    static abstract TSelf Abs(TSelf value);

    /// <summary>left &gt;= right ? yes : no, lane by lane.</summary>
    static abstract TSelf WhereAtLeast(TSelf left, TSelf right, TSelf yes, TSelf no);

    /// <summary>value 2^k, k being the low bits of <paramref name="shifted"/> (k + 1.5 * 2^23).</summary>
    static abstract TSelf ScaleByPowerOfTwo(TSelf value, TSelf shifted);

    /// <summary>A bit for each lane that is not zero, the first lane lowest.</summary>
    static abstract uint NonZero(TSelf value);

    /// <summary>Which lanes of <paramref name="flags"/> are not zero, as <see cref="Compress"/> takes it.</summary>
    static abstract TSelf Selection(TSelf flags);

    /// <summary>
    /// Stores the selected lanes of <paramref name="value"/> one after the other. <see cref="Count"/> values at
    /// <paramref name="target"/> are overwritten.
    /// </summary>
    static abstract void Compress(TSelf value, TSelf selection, float* target);

    /// <summary>The sum over the lanes, in double.</summary>
    static abstract double Sum(TSelf value);
}
