// dotnet run --project Service    serves its model.zip, or the one that --model names
//
//   curl localhost:5000/predict -H 'Content-Type: application/json' \
//     -d '{"temperature": 81, "vibration": 4.2, "speed": 1460, "kind": "pump"}'

using System.Globalization;
using SpikingService;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
string path = builder.Configuration["model"] ?? "model.zip";
if (!File.Exists(path))
{
    Console.Error.WriteLine($"There is no model '{path}': dotnet run --project Train makes one.");
    return 1;
}
var model = new Model(path);
WebApplication app = builder.Build();

app.MapPost("/predict", (Reading reading) => model.Predict(reading));
app.MapGet("/health", () => "healthy");

// The first prediction compiles code: better now than in the first request.
var example = new Reading { Temperature = 81, Vibration = 4.2f, Speed = 1460, Kind = "pump" };
Answer answer = model.Predict(example);
app.Logger.LogInformation("81 degrees, vibration 4.2, 1460 turns a minute, a pump: {Label}, probability {Probability}",
    answer.Label, answer.Probability.ToString("P1", CultureInfo.InvariantCulture));
app.Run();
return 0;
