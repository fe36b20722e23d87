using System.Data.Common;

namespace Microsoft.ML.Spiking.Sweeps.Storage;

/// <summary>The differences between database engines; everything else is the same SQL.</summary>
internal abstract class SqlDialect
{
    /// <summary>Gets the column type of a number that the database assigns.</summary>
    public abstract string Identity { get; }

    /// <summary>Gets the column type of bytes.</summary>
    public abstract string Bytes { get; }

    /// <summary>
    /// Gets the expression for the seconds since 1970 by the database's clock, the only one that all workers share.
    /// </summary>
    public abstract string Now { get; }

    /// <summary>
    /// Gets the end of a query that locks its rows until the transaction ends and waits for locked rows.
    /// </summary>
    public abstract string ForUpdate { get; }

    /// <summary>Gets the end of a query that locks its rows until the transaction ends and skips locked rows.</summary>
    public abstract string ForUpdateSkipLocked { get; }

    /// <summary>Gets the database in words, without its password.</summary>
    public abstract string Description { get; }

    /// <summary>Returns the same database, which waits for locks and connections no longer than a given time.</summary>
    /// <param name="patience">At least 0; a second or so is waited in any case.</param>
    public abstract SqlDialect Within(TimeSpan patience);

    /// <summary>Opens a connection.</summary>
    public abstract DbConnection Connect();

    /// <summary>Closes connections that are kept to be used again.</summary>
    public abstract void Close();

    /// <summary>Begins a transaction that writes.</summary>
    public abstract DbTransaction Begin(DbConnection connection);

    /// <summary>Makes all others who want to change the schema wait for the transaction's end.</summary>
    public abstract void LockSchema(DbTransaction transaction);

    /// <summary>Gets the query that returns 1 if the schema's own table exists, otherwise 0.</summary>
    public abstract string SchemaTableCount { get; }

    /// <summary>Returns whether the same call may succeed a little later.</summary>
    public abstract bool IsTransient(DbException exception);

    /// <summary>Returns a sentence that says what is wrong and what to do.</summary>
    public abstract string Explain(DbException exception);
}
