using Microsoft.Extensions.Options;

namespace WebService.Models;

/// <summary>
/// Reloads the model when its file has changed and then stayed unchanged for a moment, so that a file that is still
/// being written is left alone. The file system reports changes; the file is also polled, because changes on network
/// disks and behind links may go unreported.
/// </summary>
internal sealed partial class ModelReloader(
    ModelStore store, IOptions<ServiceOptions> options, ILogger<ModelReloader> logger)
    : BackgroundService
{
    private readonly SemaphoreSlim _hint = new(0);

    public override void Dispose()
    {
        base.Dispose();
        _hint.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using FileSystemWatcher? watcher = options.Value.WatchFile ? Watch() : null;
        while (true)
        {
            bool hinted = await _hint.WaitAsync(options.Value.PollInterval, stoppingToken);
            if (hinted || FileStamp.Of(store.Path) != store.Stamp)
            {
                await SettleAsync(stoppingToken);
                store.TryLoad();
            }
        }
    }

    private async Task SettleAsync(CancellationToken stopping)
    {
        FileStamp before, now = FileStamp.Of(store.Path);
        do
        {
            before = now;
            await Task.Delay(options.Value.SettleTime, stopping);
            while (_hint.Wait(0, stopping))
            {
                // One change causes several events.
            }
            now = FileStamp.Of(store.Path);
        }
        while (now != before);
    }

    private FileSystemWatcher? Watch()
    {
        try
        {
            var watcher = new FileSystemWatcher(Path.GetDirectoryName(store.Path)!, Path.GetFileName(store.Path));
            watcher.Changed += (_, _) => Hint();
            watcher.Created += (_, _) => Hint();
            watcher.Deleted += (_, _) => Hint();
            watcher.Renamed += (_, _) => Hint();
            watcher.Error += (_, _) => Hint();
            watcher.EnableRaisingEvents = true;
            return watcher;
        }
        catch (Exception exception) when (exception is IOException or ArgumentException)
        {
            LogNoWatching(store.Path, options.Value.PollInterval, exception.Message);
            return null;
        }
    }

    private void Hint()
    {
        try
        {
            _hint.Release();
        }
        catch (ObjectDisposedException)
        {
            // The last event, after the service has stopped.
        }
    }

    [LoggerMessage(3, LogLevel.Warning, "'{Path}' cannot be watched and is polled every {Interval} instead: {Reason}")]
    private partial void LogNoWatching(string path, TimeSpan interval, string reason);
}
