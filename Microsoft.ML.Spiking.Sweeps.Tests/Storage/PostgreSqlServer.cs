using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Microsoft.ML.Spiking.Sweeps.Tests.Storage;

/// <summary>
/// The tests' own PostgreSQL server, on loopback, in a folder that is deleted afterwards. A server that is already
/// running on the machine is left alone.
/// </summary>
internal sealed class PostgreSqlServer : IDisposable
{
    public const string User = "sweeper";
    public const string Password = "of chimneys";

    // PostgreSQL refuses to run as root.
    private const string ServerUser = "postgres";

    private static readonly Lazy<PostgreSqlServer?> Shared =
        new(() => Find() is string programs ? new(programs) : null);

    private readonly TemporaryFolder _folder = new();
    private readonly string _programs;
    private int _databases;

    private PostgreSqlServer(string programs)
    {
        _programs = programs;
        Port = FreePort();
        string password = Path.Combine(_folder.Path, "password");
        File.WriteAllText(password, Password);
        if (Environment.IsPrivilegedProcess)
        {
            Run("chown", ["-R", ServerUser, _folder.Path], isServer: false);
        }
        Run(Path.Combine(_programs, "initdb"),
            ["--pgdata", Data, "--username", User, "--pwfile", password, "--auth", "scram-sha-256", "--encoding",
                "UTF8", "--no-locale", "--no-sync"]);
        Start();
    }

    public int Port { get; }

    private string Data => Path.Combine(_folder.Path, "data");

    /// <summary>Returns the server of all tests; skips the test if PostgreSQL is not installed.</summary>
    public static PostgreSqlServer Get()
    {
        if (Shared.Value is null)
        {
            Assert.Inconclusive("PostgreSQL is not installed here (Debian's and Ubuntu's package is postgresql).");
        }
        return Shared.Value;
    }

    /// <summary>Stops the server, if a test started it.</summary>
    public static void End()
    {
        if (Shared.IsValueCreated)
        {
            Shared.Value?.Dispose();
        }
    }

    /// <summary>Returns the connection string of a new and empty database.</summary>
    public string CreateDatabase()
    {
        string name = $"sweeps{Interlocked.Increment(ref _databases)}";
        using var connection = new NpgsqlConnection(ConnectionString("postgres") + ";Pooling=false");
        connection.Open();
        using NpgsqlCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // a number
        command.CommandText = $"create database {name}";
#pragma warning restore CA2100
        command.ExecuteNonQuery();
        return ConnectionString(name);
    }

    public string ConnectionString(string database) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = Port,
        Database = database,
        Username = User,
        Password = Password,
        Timeout = 60,
    }.ToString();

    public void Start() => Run(Path.Combine(_programs, "pg_ctl"),
        ["start", "--pgdata", Data, "--wait", "--timeout", "120", "--silent", "--log",
            Path.Combine(_folder.Path, "log"), "--options",
            $"-p {Port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off -c " +
            "max_connections=50"]);

    /// <summary>Kills the server and every connection at once, as a crash would.</summary>
    public void Stop() => Run(Path.Combine(_programs, "pg_ctl"),
        ["stop", "--pgdata", Data, "--mode", "immediate", "--wait", "--timeout", "120", "--silent"]);

    public void Dispose()
    {
        NpgsqlConnection.ClearAllPools();
        Stop();
        _folder.Dispose();
    }

    /// <summary>Returns the folder with the newest initdb and pg_ctl; null if there is none.</summary>
    private static string? Find()
    {
        const string Packages = "/usr/lib/postgresql"; // Debian and Ubuntu, by version
        if (!OperatingSystem.IsLinux() || !Directory.Exists(Packages))
        {
            return null;
        }
        return Directory.GetDirectories(Packages)
            .OrderByDescending(folder =>
                int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out int version) ? version : 0)
            .Select(folder => Path.Combine(folder, "bin"))
            .FirstOrDefault(folder =>
                File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "pg_ctl")));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void Run(string program, string[] arguments, bool isServer = true)
    {
        var start = isServer && Environment.IsPrivilegedProcess
            ? new ProcessStartInfo("runuser", ["-u", ServerUser, "--", program, .. arguments])
            : new ProcessStartInfo(program, arguments);
        start.WorkingDirectory = _folder.Path;
        start.RedirectStandardError = true;
        start.RedirectStandardOutput = true;
        using Process process = Process.Start(start)!;
        // The server inherits both streams: reading them to the end would wait for the server.
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        var errors = new List<string>();
        process.ErrorDataReceived += (_, line) => errors.Add(line.Data ?? "");
        process.BeginErrorReadLine();
        while (!process.WaitForExit(100)) { }
        Assert.AreEqual(0, process.ExitCode, $"{program} failed: {string.Join('\n', errors.ToArray())}");
    }
}
