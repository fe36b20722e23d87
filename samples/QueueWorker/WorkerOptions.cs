using System.ComponentModel.DataAnnotations;

namespace QueueWorker;

/// <summary>The settings under "Worker" in appsettings.json, the environment or the command line.</summary>
internal sealed class WorkerOptions
{
    /// <summary>Gets or sets the path of the model.</summary>
    [Required(AllowEmptyStrings = false)]
    public string Model { get; set; } = "model.zip";

    /// <summary>Gets or sets Npgsql's connection string.</summary>
    [Required(AllowEmptyStrings = false, ErrorMessage = "Worker:Connection is missing: give Npgsql's connection " +
        "string, such as --Worker:Connection=\"Host=localhost;Database=scoring\".")]
    public string Connection { get; set; } = "";

    /// <summary>Gets or sets the number of rows that are claimed, scored and saved together.</summary>
    [Range(1, 10_000)]
    public int BatchRows { get; set; } = 100;

    /// <summary>Gets or sets how often a row is tried before it is marked as failed.</summary>
    [Range(1, 1000)]
    public int Attempts { get; set; } = 3;

    /// <summary>Gets or sets how long claimed rows are kept from other workers; a batch must take less.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00", ConvertValueInInvariantCulture = true,
        ParseLimitsInInvariantCulture = true)]
    public TimeSpan Lease { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Gets or sets the time between two looks at an empty queue.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00", ConvertValueInInvariantCulture = true,
        ParseLimitsInInvariantCulture = true)]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);
}
