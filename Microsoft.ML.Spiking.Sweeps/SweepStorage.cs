using Microsoft.ML.Spiking.Sweeps.Storage;

namespace Microsoft.ML.Spiking.Sweeps;

/// <summary>
/// The database that a sweep lives in. Workers that name the same database and the same sweep share its trials, and a
/// sweep that is started again goes on.
/// </summary>
public sealed class SweepStorage
{
    private static readonly string[] ServerWords = ["Host", "Server"];

    private readonly SqlDialect _sql;

    private SweepStorage(SqlDialect sql)
    {
        _sql = sql;
    }

    /// <summary>An SQLite file, for the processes of one machine.</summary>
    /// <param name="file">Created if need be; not on a network drive, where SQLite's locks do not hold.</param>
    public static SweepStorage Sqlite(string file)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(file);
        return new(new SqliteDialect(file));
    }

    /// <summary>A PostgreSQL database (10 or later), for any number of machines. The sweep creates its tables in it, all named sweep_...</summary>
    /// <param name="connectionString">As in "Host=server;Database=sweeps;Username=me;Password=...".</param>
    /// <exception cref="ArgumentException">The text is no connection string.</exception>
    public static SweepStorage PostgreSql(string connectionString)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        return new(new PostgreSqlDialect(connectionString));
    }

    /// <summary>
    /// The storage that a text names, so that it can be an argument or an environment variable: a text with "Host=" or
    /// "Server=" at its start or behind a semicolon is a PostgreSQL connection string, every other the name of an SQLite file.
    /// </summary>
    /// <param name="text">A connection string, or the name of a file.</param>
    /// <exception cref="ArgumentException">The text is empty, a URI, or no connection string.</exception>
    public static SweepStorage Parse(string text)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text);
        if (text.Contains("://", StringComparison.Ordinal))
        {
            // Without the text itself, which may hold a password.
            throw new ArgumentException("A sweep's storage is given as a URI; write the name of an SQLite file, or a PostgreSQL " +
                "connection string such as \"Host=server;Database=sweeps;Username=me;Password=...\".", nameof(text));
        }
        bool isServer = text.Split(';').Any(part => part.Split('=') is [string word, _, ..]
            && ServerWords.Contains(word.Trim(), StringComparer.OrdinalIgnoreCase));
        return isServer ? PostgreSql(text) : Sqlite(text);
    }

    /// <summary>The database in words, without its password.</summary>
    public override string ToString() => _sql.Description;

    internal SqlDialect Sql => _sql;
}
