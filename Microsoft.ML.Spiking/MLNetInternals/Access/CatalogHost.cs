using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Spiking.MLNetInternals.Access;

/// <summary>
/// The parts of the <see cref="MLContext"/> behind a catalog that work of more than one training needs.
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

    /// <summary>Gets the host, which marks exceptions.</summary>
    public IHost Host => _host;

    /// <summary>Gets the context's seed; null where it has none.</summary>
    public int? Seed { get; }

    /// <summary>Gets the CUDA device that the context names; null for none.</summary>
    public int? GpuDeviceId { get; }

    /// <summary>Gets whether the context allows the CPU where that device is missing.</summary>
    public bool FallbackToCpu { get; }

    /// <summary>Gets whether the context's execution was cancelled.</summary>
    public bool IsCancelled => _host is ICancelable { IsCanceled: true };

    /// <summary>Writes a line to the context's log.</summary>
    public void Info(string message)
    {
        lock (_gate)
        {
            _channel.Info(message);
        }
    }

    /// <summary>Writes a warning to the context's log.</summary>
    public void Warning(string message)
    {
        lock (_gate)
        {
            _channel.Warning(message);
        }
    }

    public void Dispose() => _channel.Dispose();
}
