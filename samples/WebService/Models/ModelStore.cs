using Microsoft.Extensions.Options;
using Samples;

namespace WebService.Models;

/// <summary>The model that is being served, and its replacement.</summary>
internal sealed partial class ModelStore(IOptions<ServiceOptions> options, ILogger<ModelStore> logger) : IDisposable
{
    private readonly Lock _loading = new();
    private volatile ServedModel? _current;
    private volatile string? _fault;

    /// <summary>Gets the model's file.</summary>
    public string Path { get; } = System.IO.Path.GetFullPath(options.Value.Model);

    /// <summary>Gets the file's state just before it was last read, so that later changes are noticed.</summary>
    public FileStamp Stamp { get; private set; }

    /// <summary>Gets the reason why the current file is not the model that is served; null if it is.</summary>
    public string? Fault => _fault;

    /// <summary>Rents the present model for one request.</summary>
    /// <exception cref="InvalidOperationException">No model has been loaded.</exception>
    /// <exception cref="ObjectDisposedException">The service has ended.</exception>
    public ModelLease Rent()
    {
        while (true)
        {
            ServedModel model = _current ?? throw new InvalidOperationException("No model has been loaded.");
            if (model.TryEnter())
            {
                return new ModelLease(model);
            }
            ObjectDisposedException.ThrowIf(model == _current, this); // else it has just been replaced
        }
    }

    /// <summary>Loads the file and serves it from now on.</summary>
    /// <exception cref="ModelFileException">The file is absent or not a model.</exception>
    public void Load()
    {
        lock (_loading)
        {
            Stamp = FileStamp.Of(Path);
            SavedModel loaded = SavedModel.Load(Path);
            _fault = null;
            if (_current?.IsSame(loaded) == true)
            {
                loaded.Dispose();
                return;
            }
            ServedModel? old = _current;
            var served = new ServedModel(loaded);
            _current = served;
            LogServing(Path, served.Version, served.Schema.FeatureCount, served.Schema.Classes.Count);
            old?.Dispose();
        }
    }

    /// <summary>
    /// Loads the file like <see cref="Load"/>, but if it is not a model, logs this and keeps the present one.
    /// </summary>
    public void TryLoad()
    {
        try
        {
            Load();
        }
        catch (ModelFileException exception)
        {
            _fault = exception.Message;
            LogFault(exception.Message, _current?.Version);
        }
    }

    public void Dispose() => _current?.Dispose();

    [LoggerMessage(1, LogLevel.Information,
        "Serving '{Path}', version {Version}: {Features} features, {Classes} classes.")]
    private partial void LogServing(string path, string version, int features, int classes);

    [LoggerMessage(2, LogLevel.Error, "{Fault} Version {Version} remains in service.")]
    private partial void LogFault(string fault, string? version);
}
