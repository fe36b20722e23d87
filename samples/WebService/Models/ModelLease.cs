namespace WebService.Models;

/// <summary>A request's hold on a model, which is not disposed until the request is done.</summary>
internal readonly struct ModelLease(ServedModel model) : IDisposable
{
    public ServedModel Model => model;

    public void Dispose() => model.Leave();
}
