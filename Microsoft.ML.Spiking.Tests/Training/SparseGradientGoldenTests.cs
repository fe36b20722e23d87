using System.Text.Json;
using Microsoft.ML.Spiking.Benchmarks.Methods;

namespace Microsoft.ML.Spiking.Tests.Training;

/// <summary>The sparse gradient that the benchmark measures against reference vectors, in double precision.</summary>
[TestClass]
public sealed class SparseGradientGoldenTests
{
    private static readonly JsonElement Golden = GoldenFiles.Read("methods/sparse_gradient.json");

    [TestMethod]
    public void Weights_ActiveNeuronsAlone_GiveTheDenseGradient()
    {
        double alpha = Number("alpha"), theta = Number("theta");
        double[][][] input = Steps("input"), upper = Steps("potential1"), last = Steps("potential2");
        double[][][] spikes = Map(upper, v => v > theta ? 1 : 0);
        (int steps, int rows) = (input.Length, input[0].Length);
        (int inputs, int hidden, int outputs) = (input[0][0].Length, upper[0][0].Length, last[0][0].Length);
        // The last layer: the gradient by its spikes is given.
        var second = new SparseGradient<double>(rows, steps, hidden, outputs, alpha);
        double[] delta = Band(Flat(Steps("dLdS2")), Flat(last));
        int[] active = Active(Flat(last));
        double[] gradient = new double[outputs * hidden];
        // Spikes arrive one step later.
        second.Weights(Traces(second, Late(spikes)), delta, active, gradient);
        GoldenFiles.AssertClose(Transposed("gradW2"), gradient, 1e-12, "weights of the last layer");
        Assert.HasCount(Golden.GetProperty("active2").GetArrayLength(), active);

        second.Carry(delta);
        double[] bySpikes = new double[steps * rows * hidden];
        int[] needed = Active(Flat(upper));
        // The gradient by the spikes of a step is that of the currents of the next one.
        int[] next = [.. needed.Where(place => place + (rows * hidden) < bySpikes.Length)
            .Select(place => place + (rows * hidden))];
        second.Inputs(delta, Golden.GetProperty("W2").EnumerateArray().SelectMany(row => row.Doubles()).ToArray(),
            next, bySpikes);
        double[] shifted = [.. bySpikes.Skip(rows * hidden), .. new double[rows * hidden]];

        var first = new SparseGradient<double>(rows, steps, inputs, hidden, alpha);
        double[] gradientOfFirst = new double[hidden * inputs];
        first.Weights(Traces(first, Late(input)), Band(shifted, Flat(upper)), needed, gradientOfFirst);
        GoldenFiles.AssertClose(Transposed("gradW1"), gradientOfFirst, 1e-12, "weights of the first layer");
        Assert.HasCount(Golden.GetProperty("active1").GetArrayLength(), needed);
    }

    private static double[] Traces(SparseGradient<double> layer, double[] spikes)
    {
        double[] traces = new double[spikes.Length];
        layer.Trace(spikes, traces);
        return traces;
    }

    // Times the surrogate gradient, which is 0 outside of the band.
    private static double[] Band(double[] upstream, double[] potential) =>
        [.. upstream.Zip(potential, (gradient, v) => IsNear(v)
            ? gradient / Math.Pow((Number("slope") * Math.Abs(v - Number("theta"))) + 1, 2) : 0)];

    private static int[] Active(double[] potential) =>
        [.. Enumerable.Range(0, potential.Length).Where(place => IsNear(potential[place]))];

    private static bool IsNear(double v) => Math.Abs(v - Number("theta")) < Number("bTh");

    private static double Number(string name) => Golden.GetProperty(name).GetDouble();

    // [N, T, n] in the file, [T, N, n] here.
    private static double[][][] Steps(string name)
    {
        double[][][] rows = [.. Golden.GetProperty(name).EnumerateArray()
            .Select(row => row.EnumerateArray().Select(step => step.Doubles()).ToArray())];
        return [.. Enumerable.Range(0, rows[0].Length).Select(t => rows.Select(row => row[t]).ToArray())];
    }

    private static double[][][] Map(double[][][] values, Func<double, double> map) =>
        [.. values.Select(step => step.Select(row => row.Select(map).ToArray()).ToArray())];

    private static double[] Flat(double[][][] values) => [.. values.SelectMany(step => step.SelectMany(row => row))];

    private static double[] Late(double[][][] values)
    {
        double[] flat = Flat(values);
        int step = flat.Length / values.Length;
        return [.. new double[step], .. flat[..^step]];
    }

    private static double[] Transposed(string name)
    {
        double[][] rows = [.. Golden.GetProperty(name).EnumerateArray().Select(row => row.Doubles())];
        return [.. Enumerable.Range(0, rows[0].Length).SelectMany(column => rows.Select(row => row[column]))];
    }
}
