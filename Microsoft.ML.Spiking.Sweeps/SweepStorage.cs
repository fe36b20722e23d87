using Microsoft.ML.Spiking.Sweeps.Storage;

namespace Microsoft.ML.Spiking.Sweeps;

/// <summary>
/// The database in which a sweep is stored. Workers that name the same database and the same sweep share its trials,
/// and a sweep that is started again goes on.
/// </summary>
public sealed class SweepStorage
{
    private static readonly string[] ServerWords = ["Host", "Server"];

    private readonly SqlDialect _sql;

    private SweepStorage(SqlDialect sql)
    {
        _sql = sql;
    }

    /// <summary>Returns the storage in an SQLite file, for the processes of one machine.</summary>
    /// <param name="file">Created if need be; not on a network drive, where SQLite's locks do not hold.</param>
    public static SweepStorage Sqlite(string file)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(file);
        return new(new SqliteDialect(file));
    }

    /// <summary>
    /// Returns the storage in a PostgreSQL database (10 or later), for any number of machines. The sweep creates its
    /// tables in it, all of which are named sweep_...
    /// </summary>
    /// <param name="connectionString">As in "Host=server;Database=sweeps;Username=me;Password=...".</param>
    /// <exception cref="ArgumentException">The text is not a connection string.</exception>
    public static SweepStorage PostgreSql(string connectionString)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        return new(new PostgreSqlDialect(connectionString));
    }

    /// <summary>
    /// Returns the storage that a text names, so that it can come from an argument or an environment variable: a text
    /// with "Host=" or "Server=" at its start or after a semicolon is a PostgreSQL connection string, any other the
    /// name of an SQLite file.
    /// </summary>
    /// <param name="text">A connection string, or the name of a file.</param>
    /// <exception cref="ArgumentException">The text is empty, a URI, or not a valid connection string.</exception>
    public static SweepStorage Parse(string text)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text);
        if (text.Contains("://", StringComparison.Ordinal))
        {
            // Without the text itself, which may hold a password.
            throw new ArgumentException(
                "A sweep's storage is given as a URI; write the name of an SQLite file, or a PostgreSQL " +
                "connection string such as \"Host=server;Database=sweeps;Username=me;Password=...\".", nameof(text));
        }
        bool isServer = text.Split(';').Any(part => part.Split('=') is [string word, _, ..]
            && ServerWords.Contains(word.Trim(), StringComparer.OrdinalIgnoreCase));
        return isServer ? PostgreSql(text) : Sqlite(text);
    }

    /// <summary>Returns the database in words, without its password.</summary>
    public override string ToString() => _sql.Description;

    internal SqlDialect Sql => _sql;
}

/// <summary>
/// The exception thrown when the database of a sweep cannot be used, is damaged, or holds another sweep.
/// </summary>
public sealed class SweepStorageException : Exception
{
    /// <summary>Creates the exception.</summary>
    public SweepStorageException() { }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What was wrong, with which database, and what to do.</param>
    public SweepStorageException(string message) : base(message) { }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What was wrong, with which database, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public SweepStorageException(string message, Exception innerException) : base(message, innerException) { }
}
