using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Microsoft.ML.Spiking.Sweeps.Storage;

/// <summary>A file that processes of one machine share.</summary>
internal sealed class SqliteDialect : SqlDialect
{
    private const int Busy = 5; // SQLITE_BUSY and the others of sqlite.org/rescode.html
    private const int Locked = 6;
    private const int ReadOnly = 8;
    private const int InputOutput = 10;
    private const int CannotOpen = 14;
    private const int NotADatabase = 26;
    private const int SecondsToWaitForOthers = 60;

    private readonly string _file;
    private readonly string _connectionString;

    public SqliteDialect(string file)
    {
        _file = Path.GetFullPath(file);
        _connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = _file,
            DefaultTimeout = SecondsToWaitForOthers,
            ForeignKeys = true,
        }.ToString();
    }

    public override string Identity => "integer primary key";

    public override string Bytes => "blob";

    public override string Now => "((julianday('now') - 2440587.5) * 86400.0)";

    public override string ForUpdate => ""; // whoever writes is alone

    public override string ForUpdateSkipLocked => "";

    public override string Description => $"The SQLite database '{_file}'";

    public override string SchemaTableCount =>
        "select count(*) from sqlite_master where type = 'table' and name = 'sweep_schema'";

    public override DbConnection Connect()
    {
        var connection = new SqliteConnection(_connectionString);
        try
        {
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            // SQLite itself looks again after a millisecond whether another writer is done, the provider after 150 of them.
            // Readers and the one writer do not wait for each other; after a crash of the system the last commits may be
            // missing, as if they had not been made.
            command.CommandText = "pragma busy_timeout = 5000; pragma journal_mode = wal; pragma synchronous = normal;";
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

    /// <summary>BEGIN IMMEDIATE: what is read in it is still true when it writes.</summary>
    public override DbTransaction Begin(DbConnection connection) => ((SqliteConnection)connection).BeginTransaction(deferred: false);

    public override void LockSchema(DbTransaction transaction)
    {
        // Begin has done so.
    }

    public override bool IsTransient(DbException exception) => Code(exception) is Busy or Locked or InputOutput;

    public override string Explain(DbException exception) => Code(exception) switch
    {
        CannotOpen => $"{Description} cannot be opened: see that its folder exists and may be written to.",
        NotADatabase => $"The file '{_file}' is no SQLite database; name another file.",
        ReadOnly => $"{Description} is read-only; name a file that may be written to.",
        Busy or Locked => $"{Description} was locked by another process for more than {SecondsToWaitForOthers} seconds.",
        _ => $"{Description} failed: {exception.Message}",
    };

    private static int Code(DbException exception) => (exception as SqliteException)?.SqliteErrorCode ?? 0;
}
