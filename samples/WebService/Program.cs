// Serves a saved model over HTTP, without libtorch. The file may be replaced while the service runs.
//
//   WebService --model MODEL.ZIP --urls http://localhost:5000
//
//   POST /predict          {"features": [0, 0.5, ...]}            label and probabilities
//   POST /predict/batch    {"rows": [[0, 0.5, ...], ...]}         the same for each row
//   GET  /health           the model that is served, and whether the file can be served
//   GET  /openapi/v1.json  the description of this API

using Microsoft.Extensions.Options;
using Samples;
using WebService;
using WebService.Models;

const int CannotStart = 2;
try
{
    await using WebApplication service = Service.Build(args);
    service.Services.GetRequiredService<ModelStore>().Load(); // before the first request can arrive
    await service.RunAsync();
    return 0;
}
catch (Exception exception) when (
    exception is ModelFileException or OptionsValidationException or InvalidOperationException
    or IOException or FormatException)
{
    Console.Error.WriteLine(exception.Message);
    return CannotStart;
}
