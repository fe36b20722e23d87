namespace Microsoft.ML.Spiking.Tests.Architecture;

/// <summary>Calls that wait for a device are made in DeviceWait alone, which counts them.</summary>
[TestClass]
public sealed class DeviceWaitTests
{
    private const string Counter = "DeviceWait";

    // The self-test and the kernels' own measurements wait on purpose, before any training.
    private static readonly string[] Excepted = [Counter, "CudaSelfTest"];

    // These leave what they make in the CPU's memory: the kernels of processors, sparse rows, the sums of ranks.
    private static readonly string[] OnTheCpu =
        ["BatchNormOperation", "NeuronOperation", "LossKernel", "GradientClipping", "RankStatistics"];

    private static readonly string[] Copying = ["tensor", "as_tensor", "from_array", "frombuffer"];

    private static readonly string[] Waiting =
        ["item", "cpu", "ToSingle", "ToDouble", "ToInt32", "ToInt64", "ToBoolean", "nonzero", "Equals", "allclose"];

    [TestMethod]
    public void References_ToCallsThatWait_StayInOnePlace()
    {
        string[] offences = [.. Library.References.Where(Waits)
            .Where(reference => reference.FromNamespace.Contains(".Training", StringComparison.Ordinal))
            .Where(reference => !Excepted.Contains(reference.FromType)).Select(reference => reference.ToString())];
        Assert.IsEmpty(offences, string.Join(Environment.NewLine, offences));
    }

    /// <summary>
    /// TorchSharp makes a tensor of managed numbers on the CPU and copies it to its device, which waits.
    /// </summary>
    [TestMethod]
    public void References_ToTensorsOfManagedNumbers_StayInOnePlace()
    {
        string[] offences = [.. Library.References.Where(CopiesToADevice)
            .Where(reference => reference.FromNamespace.Contains(".Training", StringComparison.Ordinal))
            .Where(reference => !Excepted.Concat(OnTheCpu).Contains(reference.FromType))
            .Select(reference => reference.ToString())];
        Assert.IsEmpty(offences, string.Join(Environment.NewLine, offences));
    }

    [TestMethod]
    public void References_OfTheOnePlace_AreSeen()
    {
        Assert.Contains(reference => reference.FromType == Counter, Library.References.Where(CopiesToADevice));
        Assert.Contains(reference => reference.FromType == Counter, Library.References.Where(Waits));
    }

    private static bool CopiesToADevice(Reference reference) =>
        reference.ToType == "TorchSharp.torch" && reference.ToMember is { } member
        && Copying.Any(name => member.StartsWith($"{name}(", StringComparison.Ordinal));

    private static bool Waits(Reference reference) =>
        reference.ToType.EndsWith("torch+Tensor", StringComparison.Ordinal) && reference.ToMember is { } member
        && Waiting.Any(name => member.StartsWith($"{name}(", StringComparison.Ordinal)
            || member.StartsWith($"{name}`", StringComparison.Ordinal)
            || member.StartsWith($"{name}<", StringComparison.Ordinal));
}
