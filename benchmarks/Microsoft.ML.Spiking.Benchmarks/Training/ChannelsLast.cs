using Microsoft.ML.Spiking.Benchmarks.Measuring;
using Microsoft.ML.Spiking.Benchmarks.Training.Steps;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Benchmarks.Training;

/// <summary>Convolutions on the CPU with the channels of a pixel side by side, against planar images.</summary>
internal sealed class ChannelsLast : IBenchmark
{
    private const double Tolerance = 1e-3;

    // Pixels that differ by a millionth change a deep network's first loss by 2 %, because rounding flips spikes.
    private const double ToleranceWhenDeep = 0.05;

    public string Name => "channels-last";

    public string Description =>
        "training step with the library's planar layers, with convolutions in channels-last, and with everything in " +
        "torch's own operations in either order; conv net 1-32-64 on 28x28, T = 6, batch 128; VGG-11 on 32x32, T = " +
        "4, batch 4";

    public void Run(bool quick, TextWriter output)
    {
        Compare("conv net 1-32-64", (layout, type) => new(new ConvNet(32, 64), [1, 28, 28], timeSteps: 6, rows: 128,
            layout: layout, productType: type), Tolerance, quick, output);
        Compare("VGG-11", (layout, type) => new(new SpikingVgg(11), [3, 32, 32], timeSteps: 4, rows: 4,
            layout: layout, productType: type), ToleranceWhenDeep, quick, output);
    }

    private static void Compare(
        string network, Func<MemoryLayout, ScalarType?, NetworkStep> create, double tolerance, bool quick,
        TextWriter output)
    {
        using NetworkStep library = create(MemoryLayout.Library, null),
            last = create(MemoryLayout.ConvolutionsLast, null),
            rounded = create(MemoryLayout.Library, ScalarType.BFloat16),
            roundedLast = create(MemoryLayout.ConvolutionsLast, ScalarType.BFloat16),
            torchPlanar = create(MemoryLayout.TorchPlanar, null), torchLast = create(MemoryLayout.TorchLast, null);
        AssertSame(library, last, tolerance);
        AssertSame(torchPlanar, torchLast, tolerance);
        double[][] seconds = InterleavedRounds.Measure(quick ? 7 : 11, () => library.Run(), () => last.Run(),
            () => rounded.Run(), () => roundedLast.Run(), () => torchPlanar.Run(), () => torchLast.Run());
        string Ratio(int planar, int other) => Numbers.Text(
            $"{PairedRatio.MedianOf(seconds[planar]) * 1e3:0} ms planar, " +
            $"{PairedRatio.MedianOf(seconds[other]) * 1e3:0} ms channels-last, planar / channels-last " +
            $"{PairedRatio.Of(seconds[planar], seconds[other])}");
        output.WriteLine($"{network}, the library's layers: {Ratio(0, 1)}");
        output.WriteLine($"{network}, the library's layers in bfloat16: {Ratio(2, 3)}");
        output.WriteLine($"{network}, torch's batch norm and pooling: {Ratio(4, 5)}");
        output.WriteLine(
            Numbers.Text($"{network}, torch in channels-last / the library: {PairedRatio.Of(seconds[5], seconds[0])}"));
    }

    /// <summary>Checks that both compute the same; otherwise their times cannot be compared.</summary>
    private static void AssertSame(NetworkStep one, NetworkStep other, double tolerance)
    {
        double a = one.Run(), b = other.Run();
        if (!(Math.Abs(a - b) <= tolerance * Math.Abs(b)))
        {
            throw new InvalidOperationException(Numbers.Text($"The losses differ: {a:0.00000} and {b:0.00000}."));
        }
    }
}
