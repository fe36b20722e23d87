namespace Microsoft.ML.Spiking.Tests.Architecture;

/// <summary>
/// TorchSharp's arithmetic with numbers reads memory that the garbage collector may just have freed; TensorArithmetic
/// is the one place that may use it.
/// </summary>
[TestClass]
public sealed class TorchNumbersTests
{
    private const string Keeper = "TensorArithmetic";

    // These create a number of their own: x + y is x + 1 y. And zero_ does nothing in TorchSharp 0.107.
    private static readonly string[] Hiding =
        ["op_Addition", "add", "add_", "square", "square_", "zero_", "addcdiv_", "addcmul_"];

    [TestMethod]
    public void References_ToTorchNumbers_StayInOnePlace()
    {
        string[] offences = [.. Library.References.Where(IsRisky)
            .Where(reference => reference.FromType != Keeper).Select(reference => reference.ToString())];
        Assert.IsEmpty(offences, string.Join(Environment.NewLine, offences));
    }

    /// <summary>
    /// TorchSharp 0.107's matmul does not catch what native code throws, shapes that do not fit or memory that is not
    /// there, so that it ends the process; mm does.
    /// </summary>
    [TestMethod]
    public void References_ToMatmul_AreNone()
    {
        string[] offences = [.. Library.References.Where(reference =>
                reference.ToType.StartsWith("TorchSharp.torch", StringComparison.Ordinal)
                && reference.ToMember?.StartsWith("matmul(", StringComparison.Ordinal) == true)
            .Select(reference => reference.ToString())];
        Assert.IsEmpty(offences, string.Join(Environment.NewLine, offences));
        Assert.Contains(reference => reference.ToType == "TorchSharp.torch+Tensor"
            && reference.ToMember?.StartsWith("mm(", StringComparison.Ordinal) == true, Library.References);
    }

    [TestMethod]
    public void References_OfTheOnePlace_AreSeen() =>
        Assert.Contains(reference => reference.FromType == Keeper
            && reference.ToMember?.StartsWith("add_(", StringComparison.Ordinal) == true,
            Library.References.Where(IsRisky));

    private static bool IsRisky(Reference reference) =>
        reference.ToType == "TorchSharp.Scalar"
        || (reference.ToType.EndsWith("torch+Tensor", StringComparison.Ordinal) && reference.ToMember is { } member
            && (IsOperatorWithNumber(member)
                || Hiding.Any(name => member.StartsWith($"{name}(", StringComparison.Ordinal))));

    private static bool IsOperatorWithNumber(string member) =>
        member.Contains("op_", StringComparison.Ordinal)
        && (member.Contains("Double", StringComparison.Ordinal) || member.Contains("Single", StringComparison.Ordinal)
            || member.Contains("Int", StringComparison.Ordinal));
}
