using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace WebService.Models;

/// <summary>
/// A health check: healthy if the file is the model that is served, degraded if its content cannot be served.
/// </summary>
internal sealed class ModelHealth(ModelStore store) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
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
