using System.Globalization;

namespace Microsoft.ML.Spiking.Sweeps.Storage;

/// <summary>Brings a database's schema to the present version; any number of workers may try at once.</summary>
internal static class Migrator
{
    /// <summary>Applies what is missing, all of it or nothing.</summary>
    /// <param name="sql">The database.</param>
    /// <param name="migrations">All of them, in order.</param>
    /// <exception cref="SweepStorageException">The database was made by a newer version.</exception>
    public static void Run(SqlDialect sql, IReadOnlyList<Migration> migrations)
    {
        using (SqlSession session = SqlSession.Read(sql))
        {
            if (Version(sql, session) == migrations[^1].Version)
            {
                return;
            }
        }
        using SqlSession change = SqlSession.Write(sql);
        sql.LockSchema(change.Transaction!);
        int version = Version(sql, change);
        if (version > migrations[^1].Version)
        {
            throw new SweepStorageException(string.Create(CultureInfo.InvariantCulture,
                $"{sql.Description} has the schema version {version}; this version of Microsoft.ML.Spiking.Sweeps knows " +
                $"versions up to {migrations[^1].Version}. Use a newer one, or another database."));
        }
        change.Execute("create table if not exists sweep_schema (version integer primary key, applied_at double precision not null)");
        foreach (Migration migration in migrations.Where(migration => migration.Version > version))
        {
            foreach (string statement in migration.Statements(sql))
            {
                change.Execute(statement);
            }
            change.Execute($"insert into sweep_schema (version, applied_at) values (@version, {sql.Now})",
                ("version", migration.Version));
        }
        change.Commit();
    }

    private static int Version(SqlDialect sql, SqlSession session) => session.Number(sql.SchemaTableCount) > 0
        ? (int)session.Number("select coalesce(max(version), 0) from sweep_schema")!
        : 0;
}
