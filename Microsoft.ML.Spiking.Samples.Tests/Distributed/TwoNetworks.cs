namespace Microsoft.ML.Spiking.Samples.Tests.Distributed;

/// <summary>
/// Two network namespaces with a cable between them, which stand for two machines: processes in one reach those in the
/// other by TCP alone.
/// </summary>
internal sealed class TwoNetworks : IDisposable
{
    private const string Subnet = "10.213.7";

    private readonly string _first = $"spk{Environment.ProcessId}a";
    private readonly string _second = $"spk{Environment.ProcessId}b";
    private readonly string _agent;

    private TwoNetworks(string folder) => _agent = Path.Combine(folder, "agent.sh");

    /// <summary>Makes them; skips the test where the system does not allow it.</summary>
    /// <param name="folder">Takes the script by which the launcher reaches the second one.</param>
    public static TwoNetworks Make(string folder)
    {
        var networks = new TwoNetworks(folder);
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess || !networks.Add())
        {
            networks.Dispose();
            Assert.Inconclusive("Network namespaces cannot be made here: that needs ip, and root.");
        }
        // Instead of ssh: the launcher's arguments are a machine and a command.
        File.WriteAllText(networks._agent, $"#!/bin/sh\nshift\nexec ip netns exec {networks._second} sh -c \"$*\"\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(
                networks._agent, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        return networks;
    }

    /// <summary>Starts a rank in each.</summary>
    public ChildProcess Launch(string folder, params string[] program) => DistributedRun.LaunchBy("ip", folder,
    [
        "netns", "exec", _first, "mpirun", "--allow-run-as-root", "--bind-to", "none", "-np", "2",
        "--host", $"{Subnet}.1:1,{Subnet}.2:1", "--mca", "plm_rsh_agent", _agent, "--mca", "btl", "tcp,self",
        "--mca", "btl_tcp_if_include", $"{Subnet}.0/24", "--mca", "oob_tcp_if_include", $"{Subnet}.0/24", .. program,
    ]);

    public void Dispose()
    {
        Run("netns", "del", _first);
        Run("netns", "del", _second);
    }

    private bool Add() =>
        Run("netns", "add", _first) && Run("netns", "add", _second)
        && Run("link", "add", "spk0", "netns", _first, "type", "veth", "peer", "name", "spk0", "netns", _second)
        && Start(_first, $"{Subnet}.1/24") && Start(_second, $"{Subnet}.2/24");

    private static bool Start(string network, string address) =>
        Run("-n", network, "addr", "add", address, "dev", "spk0") && Run("-n", network, "link", "set", "spk0", "up")
        && Run("-n", network, "link", "set", "lo", "up");

    private static bool Run(params string[] arguments)
    {
        try
        {
            using ChildProcess process = ChildProcess.StartProgram(
                "ip", Path.GetTempPath(), new Dictionary<string, string>(), arguments);
            return process.WaitForExit() == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false; // there is no ip
        }
    }
}
