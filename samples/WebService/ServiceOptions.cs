using System.ComponentModel.DataAnnotations;

namespace WebService;

/// <summary>
/// The section "Service" of the configuration (appsettings.json, environment variables, command line).
/// </summary>
internal sealed class ServiceOptions
{
    /// <summary>Gets the model's file, --model on the command line.</summary>
    [Required]
    public string Model { get; set; } = "model.zip";

    /// <summary>Gets the maximum length of a request's body, in bytes.</summary>
    [Range(typeof(long), "1024", "1073741824")]
    public long MaxRequestBytes { get; set; } = 8 << 20;

    /// <summary>Gets the maximum number of rows in a batch.</summary>
    [Range(1, 1_000_000)]
    public int MaxBatchRows { get; set; } = 1000;

    /// <summary>
    /// Gets whether the file system is asked to report changes of the file, which some network disks do not.
    /// </summary>
    public bool WatchFile { get; set; } = true;

    /// <summary>Gets the interval at which the file is also polled.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "1.00:00:00")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets or sets how long a changed file must be unchanged before it is read.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan SettleTime { get; set; } = TimeSpan.FromMilliseconds(250);
}
