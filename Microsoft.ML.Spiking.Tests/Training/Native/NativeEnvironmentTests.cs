using System.Runtime.InteropServices;
using Microsoft.ML.Spiking.Training.Native;

namespace Microsoft.ML.Spiking.Tests.Training.Native;

/// <summary>Variables for libraries that are being loaded, and the environment afterwards.</summary>
[TestClass]
[OSCondition(OperatingSystems.Linux)]
public sealed partial class NativeEnvironmentTests
{
    private const string Name = "SPIKING_TEST_VARIABLE";
    private const string Other = "SPIKING_TEST_OTHER";

    [TestMethod]
    public void Run_WithVariable_IsSeenInsideAlone()
    {
        string? path = NativeEnvironment.Get("PATH"), inside = null, pathInside = null;
        NativeEnvironment.Run([new(Name, "1 = ä")], () =>
            (inside, pathInside) = (NativeEnvironment.Get(Name), NativeEnvironment.Get("PATH")));
        Assert.AreEqual("1 = ä", inside);
        Assert.AreEqual(path, pathInside);
        Assert.IsNull(NativeEnvironment.Get(Name));
        Assert.AreEqual(path, NativeEnvironment.Get("PATH"));
    }

    [TestMethod]
    public void Run_ActionThatThrows_TakesTheVariableBack()
    {
        Assert.ThrowsExactly<InvalidOperationException>(() =>
            NativeEnvironment.Run([new(Name, "1")], () => throw new InvalidOperationException()));
        Assert.IsNull(NativeEnvironment.Get(Name));
    }

    [TestMethod]
    public void Run_VariableSetByOthersMeanwhile_Stays()
    {
        NativeEnvironment.Run([new(Name, "1")], () => Assert.AreEqual(0, SetVariable(Other, "2", 1)));
        try
        {
            Assert.AreEqual("2", NativeEnvironment.Get(Other));
            Assert.IsNull(NativeEnvironment.Get(Name));
        }
        finally
        {
            _ = UnsetVariable(Other);
        }
    }

    [TestMethod]
    [DataRow(null, "GOMP_SPINCOUNT = '5000'", "GOMP_SPINCOUNT=\n")]
    [DataRow("GOMP_SPINCOUNT=123", "GOMP_SPINCOUNT = '123'", "GOMP_SPINCOUNT=123\n")]
    [DataRow("OMP_WAIT_POLICY=PASSIVE", "GOMP_SPINCOUNT = '0'", "GOMP_SPINCOUNT=\n")]
    public void Training_InAFreshProcess_SpinsShortlyUnlessTheUserChose(
        string? variable, string openMP, string afterwards)
    {
        (string printed, string setUp) = LoadedRuntime.Start(variable);
        if (!setUp.Contains("GOMP_SPINCOUNT", StringComparison.Ordinal))
        {
            Assert.Inconclusive("libtorch's OpenMP is not GCC's here.");
        }
        Assert.Contains(openMP, setUp);
        Assert.Contains(afterwards, printed);
        Assert.Contains("THP_MEM_ALLOC_ENABLE=\n", printed);
    }

    [LibraryImport("libc.so.6", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);

    [LibraryImport("libc.so.6", EntryPoint = "unsetenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int UnsetVariable(string name);
}
