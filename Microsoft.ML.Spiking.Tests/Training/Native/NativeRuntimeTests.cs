using Microsoft.ML.Spiking.Training.Native;


namespace Microsoft.ML.Spiking.Tests.Training.Native;

[TestClass]
public sealed class NativeRuntimeTests
{
    [TestMethod]
    public void Explain_OldCppRuntime_NamesTheMissingVersion()
    {
        string sentence = NativeRuntime.Explain(
            "Unable to load shared library 'LibTorchSharp' or one of its dependencies.\n/app/libLibTorchSharp.so: " +
            "/lib/x86_64-linux-gnu/libstdc++.so.6: version `GLIBCXX_3.4.32' not found (required by " +
            "/app/libLibTorchSharp.so)");
        Assert.Contains("GLIBCXX_3.4.32", sentence);
        Assert.Contains("libstdc++6", sentence);
        Assert.DoesNotContain("\n", sentence);
    }

    [TestMethod]
    public void Explain_NoPackage_NamesThePackagesAndTheirVersion()
    {
        string sentence = NativeRuntime.Explain("Unable to load shared library 'LibTorchSharp' or one of its " +
            "dependencies.\nlibtorch_cpu.so: cannot open shared object file: No such file or directory");
        Assert.Contains("TorchSharp-cpu", sentence);
        Assert.Contains("0.107.0", sentence);
        Assert.DoesNotContain("\n", sentence);
    }

    [TestMethod]
    public void Explain_OtherLibtorch_NamesTheMissingSymbol()
    {
        string sentence = NativeRuntime.Explain(
            "Unable to load shared library 'LibTorchSharp' or one of its dependencies.\n" +
            "/app/libLibTorchSharp.so: undefined symbol: _ZN2at8indexing8EllipsisE\n" +
            "libLibTorchSharp.so: cannot open shared object file: No such file or directory");
        Assert.StartsWith("Training needs the libtorch that TorchSharp 0.107.0 is built against: the one that was " +
            "found lacks _ZN2at8indexing8EllipsisE.", sentence);
        Assert.DoesNotContain("\n", sentence);
    }

    [TestMethod]
    public void Explain_DependencyOfLibtorch_IsNamed()
    {
        string sentence = NativeRuntime.Explain(
            "Unable to load shared library 'LibTorchSharp' or one of its dependencies.\n" +
            "/app/runtimes/linux-x64/native/libLibTorchSharp.so: cannot open shared object file: " +
            "No such file or directory\n" +
            "libcudart.so.12: cannot open shared object file: No such file or directory");
        Assert.StartsWith("Training found libtorch, but not libcudart.so.12, which it needs:", sentence);
    }

    [TestMethod]
    public void Explain_Scoring_SaysWhatNeedsNoPackage()
    {
        string sentence = NativeRuntime.Explain("libtorch_cpu.so: cannot open shared object file", TorchUse.Scoring);
        Assert.StartsWith("Scoring with ScoringBackend.Torch needs libtorch, which was not found: add the package",
            sentence);
        Assert.EndsWith("(ScoringBackend.Managed needs none).", sentence);
    }
}
