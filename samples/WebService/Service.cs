using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using WebService.Api;
using WebService.Models;

namespace WebService;

/// <summary>The parts of the service.</summary>
internal static class Service
{
    /// <summary>Builds the service; the model is not loaded yet.</summary>
    /// <param name="args">The command line: --model, --urls, and any other key of the configuration.</param>
    /// <param name="change">Changes the parts before they are built.</param>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? change = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            ContentRootPath = AppContext.BaseDirectory, // appsettings.json is beside the program
        });
        builder.Configuration.AddCommandLine(args, new Dictionary<string, string> { ["--model"] = "Service:Model" });
        AddModel(builder.Services);
        AddApi(builder.Services);
        change?.Invoke(builder);

        WebApplication service = builder.Build();
        service.UseExceptionHandler();
        service.UseStatusCodePages();
        service.Use(RefuseOtherEncodings);
        service.MapPredictions();
        service.MapHealthChecks("/health", HealthAnswer.Options);
        service.MapOpenApi();
        return service;
    }

    /// <summary>
    /// JSON is UTF-8 (RFC 8259); with an unknown or quoted character set reading the body would throw.
    /// </summary>
    private static Task RefuseOtherEncodings(HttpContext context, RequestDelegate next)
    {
        if (MediaTypeHeaderValue.TryParse(context.Request.ContentType, out MediaTypeHeaderValue? type)
            && type.Charset.HasValue)
        {
            if (!HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase))
            {
                context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
                return Task.CompletedTask;
            }
            context.Request.ContentType = type.MediaType.ToString();
        }
        return next(context);
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
