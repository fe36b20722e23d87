using System.Diagnostics;
using System.Runtime.Versioning;

namespace Microsoft.ML.Spiking.Tests.Repository;

/// <summary>
/// A copy of build.sh and its scripts on a machine that lacks libgomp, PostgreSQL, compilers and NVRTC. Commands that
/// could change this machine (apt-get, sudo) or take long (dotnet) are replaced by scripts that only print how they
/// were called.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class BareMachine : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <param name="user">The user's number; root is 0.</param>
    public BareMachine(int user)
    {
        string library = Path.Combine(Folder, "libstdc++.so.6");
        File.WriteAllText(library, "GLIBCXX_3.4.32");
        Replace("id", $"echo {user}");
        Replace("uname", """[ "${1:-}" = -m ] && echo x86_64 || echo Linux""");
        Replace("ldconfig", $"echo 'libstdc++.so.6 (libc6,x86-64) => {library}'");
        foreach (string command in (string[])["apt-get", "sudo", "dotnet"])
        {
            Replace(command, $$"""echo "{{command}} $*" >&2""");
        }
        // A copy, because the command test deletes earlier results.
        Directory.CreateDirectory(Path.Combine(Folder, "eng"));
        File.Copy(Path.Combine(Folders.Root, "build.sh"), Path.Combine(Folder, "build.sh"));
        foreach (string script in Directory.EnumerateFiles(Path.Combine(Folders.Root, "eng"), "*.sh"))
        {
            File.Copy(script, Path.Combine(Folder, "eng", Path.GetFileName(script)));
        }
        string sample = Directory.CreateDirectory(Path.Combine(Folder, "samples", "Quickstart")).FullName;
        File.WriteAllText(Path.Combine(sample, "Quickstart.csproj"), "");
    }

    /// <summary>Gets the folder of build.sh.</summary>
    public string Folder => _folder.Path;

    public void Dispose() => _folder.Dispose();

    /// <summary>Replaces a command by a script of sh.</summary>
    public void Replace(string command, string script)
    {
        string path = Path.Combine(Folder, command);
        File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Runs build.sh; standard error also holds the calls of the commands that were replaced.</summary>
    public (int ExitCode, string[] Errors) Run(params string[] arguments)
    {
        var start = new ProcessStartInfo("bash", [Path.Combine(Folder, "build.sh"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PATH"] = $"{Folder}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["SPIKING_POSTGRESQL"] = Folder;
        start.Environment["SPIKING_COMPILERS"] = Folder;
        start.Environment.Remove("SPIKING_SETUP");
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        output.Wait();
        return (process.ExitCode, errors.Split('\n'));
    }
}
