using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Loop;
using Microsoft.ML.Spiking.Training.Torch.Tensors;

namespace Microsoft.ML.Spiking.Training.Native;

/// <summary>One sentence for a training that ran out of memory: what was asked for, and what to lower.</summary>
internal static partial class MemoryShortage
{
    private static readonly string[] Units = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

    /// <summary>Returns whether an exception is about memory that is not there.</summary>
    /// <param name="fault">What was thrown: by libtorch's allocators, or by .NET.</param>
    public static bool Is(Exception fault) => AskedFor(fault) is not null;

    /// <summary>Returns the exception in words; null where it is about something else.</summary>
    /// <param name="fault">What was thrown: by libtorch's allocators, or by .NET.</param>
    /// <param name="network">The network in training.</param>
    /// <param name="settings">The training's settings.</param>
    public static InsufficientMemoryException? Explain(
        Exception fault, NetworkDefinition network, TrainingSettings settings)
    {
        if (AskedFor(fault) is not string asked)
        {
            return null;
        }
        string steps = network.HasTimeAxis ? "the rows' time steps" : nameof(network.TimeSteps);
        string more = settings.ActivationCheckpointing
            ? ""
            : $", or set {nameof(TrainingSettings.ActivationCheckpointing)}";
        return new(string.Create(CultureInfo.InvariantCulture,
            $"The training ran out of memory: {asked}, for batches of {settings.BatchSize} rows at " +
            $"{network.TimeSteps} time steps. Lower {nameof(settings.BatchSize)} (and raise " +
            $"{nameof(settings.GradientAccumulation)} by as much) or {steps}{more}."), fault);
    }

    /// <summary>The exception of a scoring with libtorch in words, or null where it is about something else.</summary>
    /// <param name="fault">What was thrown: by libtorch's allocators, or by .NET.</param>
    /// <param name="network">What was scored.</param>
    /// <param name="rows">The rows that were scored at once.</param>
    public static InsufficientMemoryException? ExplainScoring(Exception fault, NetworkDefinition network, int rows) =>
        AskedFor(fault) is not string asked ? null : new(string.Create(CultureInfo.InvariantCulture,
            $"Scoring ran out of memory: {asked}, for {rows} rows at once at " +
            $"{network.TimeSteps} time steps. Score with {nameof(ScoringBackend)}." +
            $"{nameof(ScoringBackend.Managed)}, which needs little, or free memory of the device."),
            fault);

    private static string? AskedFor(Exception fault)
    {
        if (fault is OutOfMemoryException)
        {
            return "the process was given no more";
        }
        string text = fault.Message;
        if (Bytes().Match(text) is { Success: true } onProcessor)
        {
            double bytes = double.Parse(onProcessor.Groups["bytes"].Value, CultureInfo.InvariantCulture);
            return $"{Readable(bytes)} more were asked for";
        }
        if (OnGpu().Match(text) is { Success: true } onGpu)
        {
            return $"{onGpu.Groups["amount"].Value} more were asked for on the GPU";
        }
        return WithoutAmount().IsMatch(text) ? "more was asked for than the GPU has" : null;
    }

    private static string Readable(double bytes)
    {
        int unit = 0;
        for (; bytes >= 1024 && unit + 1 < Units.Length; unit++)
        {
            bytes /= 1024;
        }
        return string.Create(CultureInfo.InvariantCulture, $"{bytes:0.##} {Units[unit]}");
    }

    // "DefaultCPUAllocator: can't allocate memory: you tried to allocate 4096 bytes.", on Windows "not enough memory:
    // ...".
    [GeneratedRegex(@"you tried to allocate (?<bytes>\d+) bytes")]
    private static partial Regex Bytes();

    // "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of ..."
    [GeneratedRegex(@"out of memory\. Tried to allocate (?<amount>[\d.]+ [KMGTP]?i?B)")]
    private static partial Regex OnGpu();

    [GeneratedRegex("CUDA error: out of memory|cudaErrorMemoryAllocation|" +
        "(CUBLAS|CUDNN|CUSOLVER|CUSPARSE)_STATUS_ALLOC_FAILED" +
        "|CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED|" + ConvolutionGradient.Failure)]
    private static partial Regex WithoutAmount();
}
