using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Spiking.Training.Native;
using TorchSharp;
using static System.FormattableString;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.GpuCheck;

/// <summary>Steps of a network, for a tracer to look at: a pause parts those that count from the first ones.</summary>
internal static class StepRun
{
    private const int FirstSteps = 5;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(400);

    /// <summary>Runs them and prints the mean time of those that count.</summary>
    /// <param name="arguments">The name of a network, of a precision, and the number of steps.</param>
    public static int Run(ReadOnlySpan<string> arguments)
    {
        if (arguments is not [string network, string precision, string count]
            || !int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out int steps) || steps < 1
            || MeasuredNetwork.All.FirstOrDefault(one => one.Name == network) is not { } subject
            || precision is not ("float32" or "tf32" or "tf32-alone" or "bfloat16"))
        {
            string names = string.Join('|', MeasuredNetwork.All.Select(one => one.Name));
            Console.Error.WriteLine($"gpu-check steps {names} float32|tf32|tf32-alone|bfloat16 NUMBER-OF-STEPS");
            return 2;
        }
        NativeRuntime.EnsureLoaded(withCuda: true);
        _ = cuda.is_available();
        var device = new Device(DeviceType.CUDA, 0);
        using IDisposable? products = TensorFloat32.Use(device, isAllowed: precision is "tf32" or "tf32-alone");
        using var step = new NetworkStep(subject.Template, subject.Image, subject.TimeSteps, subject.Rows, device,
            productType: precision switch
            {
                "bfloat16" => ScalarType.BFloat16,
                "tf32" or "tf32-alone" => ScalarType.Float32,
                _ => null,
            },
            halvesWeightGradients: precision == "tf32");
        for (int i = 0; i < FirstSteps; i++)
        {
            step.Run();
        }
        cuda.synchronize(device);
        Thread.Sleep(Pause);
        double time = Speeds.Milliseconds(step.Run, device, steps, unmeasured: 0);
        long started = Stopwatch.GetTimestamp();
        step.Run(); // alone, so that the processor never waits for room in the device's queue
        double asking = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        Console.WriteLine(Invariant($"{subject.Title} in {precision}: {time:0.00} ms a step, of which the processor ") +
            Invariant($"needs {asking:0.00} to ask for it"));
        return 0;
    }
}

/// <summary>A network whose steps are measured.</summary>
internal sealed record MeasuredNetwork(
    string Name, string Title, NetworkTemplate Template, int[] Image, int TimeSteps, int Rows)
{
    /// <summary>Gets the networks that are measured.</summary>
    public static IReadOnlyList<MeasuredNetwork> All { get; } =
    [
        new("mlp", "MLP 784-512-512, T 4, 256", new Mlp(512, 512), [784], 4, 256),
        new("conv", "conv net 64-128, T 6, 128", new ConvNet(64, 128), [1, 28, 28], 6, 128),
        new("resnet", "ResNet-18, T 6, 128", new SpikingResNet(18), [3, 32, 32], 6, 128),
    ];
}
