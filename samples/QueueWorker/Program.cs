// Scores the rows of a table in PostgreSQL as they are inserted, without libtorch. Any number of workers may run.
//
//   QueueWorker --Worker:Model=model.zip --Worker:Connection="Host=localhost;Database=scoring"
//
//   insert into scoring_queue (features) values ('{0, 0.5, 12}');
//   select * from scoring_results;
//   select id, error from scoring_queue where state = 'failed';

using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using QueueWorker;
using Samples;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
const int CannotStart = 2;
try
{
    HostApplicationBuilder builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings
    {
        Args = args,
        ContentRootPath = AppContext.BaseDirectory, // where appsettings.json is
    });
    WorkerOptions options = builder.Configuration.GetRequiredSection("Worker").Get<WorkerOptions>() ?? new();
    Validator.ValidateObject(options, new ValidationContext(options), validateAllProperties: true);
    using var scorer = new RowScorer(options.Model);
    await using NpgsqlDataSource database = NpgsqlDataSource.Create(options.Connection);
    builder.Services.AddSingleton(options).AddSingleton(scorer).AddSingleton(database)
        .AddSingleton<ScoringQueue>().AddHostedService<ScoringWorker>();
    using IHost host = builder.Build();
    var worker = (BackgroundService)host.Services.GetServices<IHostedService>().Single();
    await host.RunAsync();
    await (worker.ExecuteTask ?? Task.CompletedTask); // throws what has ended it
    return 0;
}
catch (Exception exception) when (exception is ModelFileException or ValidationException or ArgumentException
    or InvalidOperationException or NpgsqlException or IOException)
{
    Console.Error.WriteLine(exception.Message.ReplaceLineEndings(" "));
    return CannotStart;
}
