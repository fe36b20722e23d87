using System.Runtime.Versioning;

namespace Microsoft.ML.Spiking.Tests.Repository;

/// <summary>build.sh nvrtc, with an archive that is none.</summary>
[TestClass]
[OSCondition(OperatingSystems.Linux)]
[SupportedOSPlatform("linux")]
public sealed class NvrtcScriptTests
{
    private const string Skipped = "; the tests that compile the CUDA kernels with it are skipped.";

    [TestMethod]
    [DataRow(0)]
    [DataRow(1000)]
    public void Nvrtc_OfTheArchive_IsBroughtOnceAndNothingIsInstalled(int user)
    {
        SkipUnlessDebianOrUbuntu();
        using BareMachine machine = Machine(user, packages: "libnvrtc11.2 libnvrtc12 libnvrtc-builtins12.4");

        (int exitCode, string[] errors) = machine.Run("nvrtc");
        (_, string[] again) = machine.Run("nvrtc");

        Assert.AreEqual(0, exitCode);
        int licence = Array.FindIndex(errors, line => line.Contains("not free software", StringComparison.Ordinal));
        int download = Array.FindIndex(errors, line => line.StartsWith("apt-get", StringComparison.Ordinal) &&
            line.EndsWith(" download libnvrtc12 libnvrtc-builtins12.4", StringComparison.Ordinal));
        Assert.IsInRange(0, download - 1, licence);
        Assert.DoesNotContain(line => line.Contains(" install", StringComparison.Ordinal), errors);
        string folder = Path.Combine(machine.Folder, "artifacts", "nvrtc");
        Assert.AreSequenceEqual(["LICENCE", "libnvrtc.so.12"],
            [.. Directory.EnumerateFiles(folder).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)]);
        Assert.AreSequenceEqual(["NVRTC: it is in artifacts/nvrtc.", ""], again);
    }

    [TestMethod]
    public void Nvrtc_ArchiveWithoutIt_SaysSoAndSucceeds()
    {
        SkipUnlessDebianOrUbuntu();
        using BareMachine machine = Machine(user: 0, packages: "");

        (int exitCode, string[] errors) = machine.Run("nvrtc");

        Assert.AreEqual(0, exitCode);
        Assert.EndsWith($"has no such package{Skipped}", errors[^2]);
        Assert.IsFalse(Directory.Exists(Path.Combine(machine.Folder, "artifacts")));
    }

    [TestMethod]
    public void Nvrtc_NoSetup_DownloadsNothing()
    {
        using var machine = new BareMachine(user: 0);

        (int exitCode, string[] errors) = machine.Run("nvrtc", "--no-setup");

        Assert.AreEqual(0, exitCode);
        Assert.AreSequenceEqual([$"NVRTC: nothing is downloaded, because of --no-setup{Skipped}", ""], errors);
    }

    [TestMethod]
    public void Nvrtc_InTheSystem_IsLeftThere()
    {
        using var machine = new BareMachine(user: 0);
        machine.Replace("ldconfig", "echo 'libnvrtc.so.12 (libc6,x86-64) => /usr/lib/libnvrtc.so.12'");

        (int exitCode, string[] errors) = machine.Run("nvrtc");

        Assert.AreEqual(0, exitCode);
        Assert.AreSequenceEqual(["NVRTC: it is installed on this system.", ""], errors);
    }

    private static void SkipUnlessDebianOrUbuntu()
    {
        string system = File.Exists("/etc/os-release") ? File.ReadAllText("/etc/os-release") : "";
        if (!system.Split('\n').Any(line => line is "ID=debian" or "ID=ubuntu"))
        {
            Assert.Inconclusive("The script that brings NVRTC is not run: this is neither Debian nor Ubuntu.");
        }
    }

    // Each package has a library and a licence; a third party's archive comes before the system's own.
    private static BareMachine Machine(int user, string packages)
    {
        var machine = new BareMachine(user);
        machine.Replace("apt-config", "echo 'APT::Update::Post-Invoke \"false\";'");
        machine.Replace("apt-get", """
            case "$*" in
              indextargets*)
                . /etc/os-release
                echo "$VERSION_CODENAME $VERSION_CODENAME other Other"
                echo "$VERSION_CODENAME $VERSION_CODENAME debian Debian"
                echo "$VERSION_CODENAME $VERSION_CODENAME ubuntu Ubuntu"
                ;;
              *) echo "apt-get $*" >&2 ;;
            esac
            case "$*" in *download*) for package in $*; do echo > "$package.deb"; done ;; esac
            """);
        machine.Replace("apt-cache", $$"""
            case "$1" in
              pkgnames) printf '%s\n' {{packages}} ;;
              depends) echo '  Depends: libnvrtc-builtins12.4' ;;
            esac
            """);
        machine.Replace("dpkg", """
            mkdir -p "$3/lib" "$3/doc/nvrtc"
            echo > "$3/lib/libnvrtc.so.12"
            echo > "$3/doc/nvrtc/copyright"
            """);
        return machine;
    }
}
