using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Microsoft.ML.Spiking.Tests.Samples;

/// <summary>A web server on this machine for the files of folders, which also takes what a page posts.</summary>
internal sealed class WebFolder : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly TaskCompletionSource<string> _posted = new();
    private readonly string[] _folders;

    /// <param name="folders">Searched one after the other.</param>
    public WebFolder(params string[] folders)
    {
        _folders = folders;
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Address = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/";
        }
        _listener.Prefixes.Add(Address);
        _listener.Start();
        _ = Task.Run(Serve);
    }

    public string Address { get; }

    /// <summary>Returns the first post of a page.</summary>
    public Task<string> Posted => _posted.Task;

    public void Dispose() => _listener.Close();

    private async Task Serve()
    {
        while (_listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
            using HttpListenerResponse response = context.Response;
            if (context.Request.HttpMethod == "POST")
            {
                using var reader = new StreamReader(context.Request.InputStream, Encoding.UTF8);
                _posted.TrySetResult(await reader.ReadToEndAsync());
                continue;
            }
            string name = context.Request.Url!.AbsolutePath.TrimStart('/');
            string? path = _folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
            if (path is null)
            {
                response.StatusCode = 404;
                continue;
            }
            response.ContentType = Path.GetExtension(path) switch
            {
                ".html" => "text/html",
                ".js" or ".mjs" => "text/javascript",
                ".wasm" => "application/wasm",
                _ => "application/octet-stream",
            };
            await response.OutputStream.WriteAsync(await File.ReadAllBytesAsync(path));
        }
    }
}
