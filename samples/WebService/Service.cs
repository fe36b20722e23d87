using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using WebService.Api;
using WebService.Models;

namespace WebService;

/// <summary>What the service consists of.</summary>
internal static class Service
{
    /// <summary>Puts it together; the model is not loaded yet.</summary>
    /// <param name="args">The command line: --model, --urls, and any other key of the configuration.</param>
    /// <param name="change">Changes what the service is made of.</param>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? change = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            ContentRootPath = AppContext.BaseDirectory, // appsettings.json lies beside the program
        });
        builder.Configuration.AddCommandLine(args, new Dictionary<string, string> { ["--model"] = "Service:Model" });
        AddModel(builder.Services);
        AddApi(builder.Services);
        change?.Invoke(builder);

        WebApplication service = builder.Build();
        service.UseExceptionHandler();
        service.UseStatusCodePages();
        service.MapPredictions();
        service.MapHealthChecks("/health", HealthAnswer.Options);
        service.MapOpenApi();
        return service;
    }

    private static void AddModel(IServiceCollection services)
    {
        services.AddOptions<ServiceOptions>().BindConfiguration("Service").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<ModelStore>();
        services.AddHostedService<ModelReloader>();
        services.AddHealthChecks().AddCheck<ModelHealth>("model");
    }

    private static void AddApi(IServiceCollection services)
    {
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<ServiceOptions>>(
            (kestrel, service) => kestrel.Limits.MaxRequestBodySize = service.Value.MaxRequestBytes);
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true); // the answer says why
        services.ConfigureHttpJsonOptions(options => ApiJson.Configure(options.SerializerOptions));
        services.AddProblemDetails(ProblemSentences.Configure);
        services.AddExceptionHandler<BadRequestAnswer>();
        services.AddOpenApi();
    }
}
