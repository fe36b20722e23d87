using System.ComponentModel.DataAnnotations;

namespace WebService;

/// <summary>The section "Service" of the configuration: appsettings.json, environment variables, command line.</summary>
internal sealed class ServiceOptions
{
    /// <summary>The model's file; the command line may say --model.</summary>
    [Required]
    public string Model { get; set; } = "model.zip";

    /// <summary>The longest body of a request, in bytes.</summary>
    [Range(typeof(long), "1024", "1073741824")]
    public long MaxRequestBytes { get; set; } = 8 << 20;

    /// <summary>The most rows of a batch.</summary>
    [Range(1, 1_000_000)]
    public int MaxBatchRows { get; set; } = 1000;

    /// <summary>Whether the system is asked to say when the file changes; it cannot for every disk of a network.</summary>
    public bool WatchFile { get; set; } = true;

    /// <summary>How often the file is looked at besides.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "1.00:00:00")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a changed file must stay as it is before it is read.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan SettleTime { get; set; } = TimeSpan.FromMilliseconds(250);
}
