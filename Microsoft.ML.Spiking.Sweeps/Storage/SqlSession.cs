using System.Data.Common;
using System.Globalization;

namespace Microsoft.ML.Spiking.Sweeps.Storage;

/// <summary>A connection, with a transaction where something is to be written.</summary>
internal sealed class SqlSession : IDisposable
{
    private readonly DbConnection _connection;
    private readonly DbTransaction? _transaction;

    private SqlSession(SqlDialect sql, bool writes)
    {
        _connection = sql.Connect();
        try
        {
            _transaction = writes ? sql.Begin(_connection) : null;
        }
        catch
        {
            _connection.Dispose();
            throw;
        }
    }

    /// <summary>Opens a session for queries alone.</summary>
    public static SqlSession Read(SqlDialect sql) => new(sql, writes: false);

    /// <summary>Opens a session for changes, which take effect with <see cref="Commit"/> and not before.</summary>
    public static SqlSession Write(SqlDialect sql) => new(sql, writes: true);

    /// <summary>Gets the transaction; null when reading.</summary>
    public DbTransaction? Transaction => _transaction;

    /// <summary>Runs a statement.</summary>
    /// <returns>The number of rows that it changed.</returns>
    public int Execute(string text, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using DbCommand command = Command(text, parameters);
        return command.ExecuteNonQuery();
    }

    /// <summary>Returns the first column of the first row as a whole number; null without a row.</summary>
    public long? Number(string text, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using DbCommand command = Command(text, parameters);
        return command.ExecuteScalar() is { } value and not DBNull
            ? Convert.ToInt64(value, CultureInfo.InvariantCulture)
            : null;
    }

    /// <summary>Returns all rows.</summary>
    public List<T> Query<T>(
        string text, Func<DbDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using DbCommand command = Command(text, parameters);
        using DbDataReader reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(read(reader));
        }
        return rows;
    }

    public void Commit() => _transaction!.Commit();

    public void Dispose()
    {
        _transaction?.Dispose();
        _connection.Dispose();
    }

    private DbCommand Command(string text, ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        DbCommand command = _connection.CreateCommand();
        command.Transaction = _transaction;
#pragma warning disable CA2100 // all texts are constants of this folder; values from outside are parameters
        command.CommandText = text;
#pragma warning restore CA2100
        foreach ((string name, object? value) in parameters)
        {
            DbParameter parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value ?? DBNull.Value;
            command.Parameters.Add(parameter);
        }
        return command;
    }
}
