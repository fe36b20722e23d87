using System.Data.Common;

namespace Microsoft.ML.Spiking.Sweeps.Storage;

/// <summary>What is different from one database engine to the next; everything else is the same SQL.</summary>
internal abstract class SqlDialect
{
    /// <summary>The column type of a number that the database gives out.</summary>
    public abstract string Identity { get; }

    /// <summary>The column type of bytes.</summary>
    public abstract string Bytes { get; }

    /// <summary>Seconds since 1970 by the database's clock, the only one that all workers share.</summary>
    public abstract string Now { get; }

    /// <summary>Ends a query whose rows nobody else may take until the transaction ends, and waits for them.</summary>
    public abstract string ForUpdate { get; }

    /// <summary>Ends a query whose rows nobody else may take until the transaction ends, and leaves out those that somebody has.</summary>
    public abstract string ForUpdateSkipLocked { get; }

    /// <summary>The database in a sentence, without its password.</summary>
    public abstract string Description { get; }

    /// <summary>An open connection.</summary>
    public abstract DbConnection Connect();

    /// <summary>Closes connections that wait to be used again.</summary>
    public abstract void Close();

    /// <summary>Begins a transaction that writes.</summary>
    public abstract DbTransaction Begin(DbConnection connection);

    /// <summary>Makes everybody else who wants to change the schema wait for the transaction's end.</summary>
    public abstract void LockSchema(DbTransaction transaction);

    /// <summary>A query for 1 if the schema's own table is there, else 0.</summary>
    public abstract string SchemaTableCount { get; }

    /// <summary>Whether the same call may succeed a little later.</summary>
    public abstract bool IsTransient(DbException exception);

    /// <summary>What is wrong and what to do, as a sentence.</summary>
    public abstract string Explain(DbException exception);
}
