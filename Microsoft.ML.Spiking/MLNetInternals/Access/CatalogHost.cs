using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Spiking.MLNetInternals.Access;

/// <summary>
/// The side of the <see cref="MLContext"/> behind a catalog that work of more than one training needs.
/// </summary>
internal sealed class CatalogHost : IDisposable
{
    private readonly IHost _host;
    private readonly IChannel _channel;
    private readonly Lock _gate = new(); // channels are for one thread at a time

    public CatalogHost(IInternalCatalog catalog, string name)
    {
        Contracts.CheckValue(catalog, nameof(catalog));
        IHostEnvironment environment = CatalogUtils.GetEnvironment(catalog);
        Seed = (environment as IHostEnvironmentInternal)?.Seed;
        GpuDeviceId = (environment as IHostEnvironmentInternal)?.GpuDeviceId;
        FallbackToCpu = environment is IHostEnvironmentInternal { FallbackToCpu: true };
        _host = environment.Register(name);
        _channel = _host.Start(name);
    }

    /// <summary>The host, which marks exceptions.</summary>
    public IHost Host => _host;

    /// <summary>The context's seed; null where it has none.</summary>
    public int? Seed { get; }

    /// <summary>The CUDA device that the context names; null for none.</summary>
    public int? GpuDeviceId { get; }

    /// <summary>Whether the context allows the CPU where that device is not there.</summary>
    public bool FallbackToCpu { get; }

    /// <summary>Whether the context's execution was cancelled.</summary>
    public bool IsCancelled => _host is ICancelable { IsCanceled: true };

    /// <summary>A line of the context's log.</summary>
    public void Info(string message)
    {
        lock (_gate)
        {
            _channel.Info(message);
        }
    }

    /// <summary>A line of the context's log that the user should act on.</summary>
    public void Warning(string message)
    {
        lock (_gate)
        {
            _channel.Warning(message);
        }
    }

    public void Dispose() => _channel.Dispose();
}
