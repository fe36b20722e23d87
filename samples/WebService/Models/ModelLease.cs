namespace WebService.Models;

/// <summary>The model that a request has got; it stays as it is until the request is done with it.</summary>
internal readonly struct ModelLease(ServedModel model) : IDisposable
{
    public ServedModel Model => model;

    public void Dispose() => model.Leave();
}
