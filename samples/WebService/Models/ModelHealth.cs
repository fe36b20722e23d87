using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace WebService.Models;

/// <summary>Healthy where the file is what is served, degraded where the file holds something else that cannot be.</summary>
internal sealed class ModelHealth(ModelStore store) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        using ModelLease lease = store.Rent();
        var data = new Dictionary<string, object>
        {
            ["model"] = lease.Model.Version,
            ["loadedAt"] = lease.Model.LoadedAt,
            ["features"] = lease.Model.Schema.FeatureCount,
            ["classes"] = lease.Model.Schema.Classes,
        };
        return Task.FromResult(store.Fault is string fault
            ? HealthCheckResult.Degraded(fault, data: data)
            : HealthCheckResult.Healthy(data: data));
    }
}
