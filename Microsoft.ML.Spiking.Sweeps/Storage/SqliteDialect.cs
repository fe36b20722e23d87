using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Microsoft.ML.Spiking.Sweeps.Storage;

/// <summary>An SQLite file, shared by processes of one machine.</summary>
internal sealed class SqliteDialect : SqlDialect
{
    private const int Busy = 5; // SQLITE_BUSY and the others of sqlite.org/rescode.html
    private const int Locked = 6;
    private const int ReadOnly = 8;
    private const int InputOutput = 10;
    private const int CannotOpen = 14;
    private const int NotADatabase = 26;
    private const int LongestLock = 60; // seconds

    private readonly string _file;
    private readonly string _connectionString;

    /// <param name="file">Created if need be.</param>
    public SqliteDialect(string file) : this(file, LongestLock) { }

    private SqliteDialect(string file, int seconds)
    {
        _file = Path.GetFullPath(file);
        _connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = _file,
            DefaultTimeout = seconds,
            ForeignKeys = true,
        }.ToString();
    }

    public override string Identity => "integer primary key";

    public override string Bytes => "blob";

    public override string Now => "((julianday('now') - 2440587.5) * 86400.0)";

    public override string ForUpdate => ""; // there is one writer at a time

    public override string ForUpdateSkipLocked => "";

    public override string Description => $"The SQLite database '{_file}'";

    public override string SchemaTableCount =>
        "select count(*) from sqlite_master where type = 'table' and name = 'sweep_schema'";

    public override SqlDialect Within(TimeSpan patience) =>
        new SqliteDialect(_file, (int)Math.Clamp(Math.Ceiling(patience.TotalSeconds), 1, LongestLock));

    public override DbConnection Connect()
    {
        var connection = new SqliteConnection(_connectionString);
        try
        {
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            // SQLite itself looks again after a millisecond whether another writer is done, the provider only after
            // 150. Readers and the one writer do not wait for each other; after a crash of the system the last commits
            // may be missing, as if they had not been made.
            command.CommandText = "pragma busy_timeout = 1000; pragma journal_mode = wal; pragma synchronous = normal;";
            command.ExecuteNonQuery();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public override void Close()
    {
        using var connection = new SqliteConnection(_connectionString);
        SqliteConnection.ClearPool(connection);
    }

    /// <summary>Begins with BEGIN IMMEDIATE: what the transaction reads is still true when it writes.</summary>
    public override DbTransaction Begin(DbConnection connection) =>
        ((SqliteConnection)connection).BeginTransaction(deferred: false);

    public override void LockSchema(DbTransaction transaction)
    {
        // Begin has already locked it.
    }

    public override bool IsTransient(DbException exception) => Code(exception) is Busy or Locked or InputOutput;

    public override string Explain(DbException exception) => Code(exception) switch
    {
        CannotOpen => $"{Description} cannot be opened: check that its folder exists and is writable.",
        NotADatabase => $"The file '{_file}' is not an SQLite database; name another file.",
        ReadOnly => $"{Description} is read-only; name a file that is writable.",
        Busy or Locked => $"{Description} is locked by another process.",
        _ => $"{Description} failed: {exception.Message}",
    };

    private static int Code(DbException exception) => (exception as SqliteException)?.SqliteErrorCode ?? 0;
}
