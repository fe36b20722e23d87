using System.Diagnostics;
using System.Globalization;

namespace Microsoft.ML.Spiking.Sweeps.Storage;

/// <summary>The right to train a trial and to store its results, until it is given back or expires.</summary>
/// <param name="Trial">The trial's id.</param>
/// <param name="Token">The ticket's token.</param>
internal sealed record Claim(long Trial, string Token);

/// <summary>A worker's request for a trial.</summary>
/// <param name="Token">New for every request; the only thing that permits writing to the trial.</param>
/// <param name="Worker">A name for people.</param>
/// <param name="Lease">How long after its last heartbeat the worker is taken for dead.</param>
/// <param name="Process">See <see cref="WorkerProcess"/>; null where it cannot be told.</param>
internal sealed record ClaimTicket(string Token, string Worker, TimeSpan Lease, string? Process)
{
    /// <summary>Returns a ticket of this process with a new token.</summary>
    public static ClaimTicket New(string worker, TimeSpan lease) =>
        new(Guid.NewGuid().ToString("N"), worker, lease, WorkerProcess.Current);
}

/// <summary>
/// Identifies a process to the other processes of its machine, so that they can take up its trials as soon as it has
/// ended, without waiting for its lease.
/// </summary>
/// <remarks>
/// A process is identified by the machine, the boot, the namespace of process ids (containers have their own), the id,
/// and the start time, because ids are used again. Nothing is concluded about processes of another machine, boot or
/// namespace.
/// </remarks>
internal static class WorkerProcess
{
    private const char Separator = '|';

    private static readonly string Place = string.Join(Separator, Environment.MachineName,
        OperatingSystem.IsLinux() ? ReadLine("/proc/sys/kernel/random/boot_id") : null,
        OperatingSystem.IsLinux() ? new FileInfo("/proc/self/ns/pid").LinkTarget : null);

    /// <summary>Gets the identity of this process; null where it cannot be told.</summary>
    public static string? Current { get; } =
        Start(Environment.ProcessId) is string start ? Of(Environment.ProcessId, start) : null;

    /// <summary>Returns the identity of a process of this machine.</summary>
    public static string Of(int id, string start) =>
        string.Join(Separator, Place, id.ToString(CultureInfo.InvariantCulture), start);

    /// <summary>Returns whether a process is known to have ended.</summary>
    /// <param name="identity">What <see cref="Current"/> was in it; null where it could not be told.</param>
    public static bool HasEnded(string? identity)
    {
        if (identity is null || !identity.StartsWith(Place + Separator, StringComparison.Ordinal)
            || identity[(Place.Length + 1)..].Split(Separator) is not [string text, string start]
            || !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int id))
        {
            return false;
        }
        try
        {
            using Process process = Process.GetProcessById(id);
            return Start(id) is string now && now != start;
        }
        catch (ArgumentException)
        {
            return true; // no process has that id
        }
    }

    /// <summary>
    /// Returns when a process started; null where it cannot be told; "ended" if it only waits for its parent.
    /// </summary>
    private static string? Start(int id)
    {
        if (OperatingSystem.IsLinux())
        {
            // The name, in parentheses, may hold anything; behind it are the state and, as the 20th field, the start in
            // ticks.
            string? stat = ReadLine(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/stat"));
            string[] fields =
                stat?[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
            return fields.Length < 20 ? null : fields[0] is "Z" or "X" ? "ended" : fields[19];
        }
        try
        {
            using Process process = Process.GetProcessById(id);
            return process.StartTime.ToUniversalTime().Ticks.ToString(CultureInfo.InvariantCulture);
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException
            or System.ComponentModel.Win32Exception or NotSupportedException)
        {
            return null;
        }
    }

    private static string? ReadLine(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
