using OxyPlot;
using OxyPlot.SkiaSharp;

namespace Microsoft.ML.Spiking;

/// <summary>A picture of a report, which can be saved any number of times, in any size.</summary>
public sealed class Picture
{
    private const int DefaultWidth = 900, DefaultHeight = 560;
    private const int Smallest = 100, Largest = 10_000;

    internal Picture(PlotModel plot) => Plot = plot;

    internal PlotModel Plot { get; }

    /// <summary>Saves the picture as PNG.</summary>
    /// <param name="path">The file, which is replaced.</param>
    /// <param name="width">In pixels, from 100 to 10,000.</param>
    /// <param name="height">In pixels, from 100 to 10,000.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is out of its range.</exception>
    /// <exception cref="IOException">The file cannot be written, or its folder is not there.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be written.</exception>
    public void SavePng(string path, int width = DefaultWidth, int height = DefaultHeight)
    {
        Check(width, height);
        using FileStream stream = Create(path);
        PngExporter.Export(Plot, stream, width, height);
    }

    /// <summary>Saves the picture as SVG.</summary>
    /// <param name="path">The file, which is replaced.</param>
    /// <param name="width">In pixels, from 100 to 10,000.</param>
    /// <param name="height">In pixels, from 100 to 10,000.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is out of its range.</exception>
    /// <exception cref="IOException">The file cannot be written, or its folder is not there.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be written.</exception>
    public void SaveSvg(string path, int width = DefaultWidth, int height = DefaultHeight)
    {
        Check(width, height);
        using FileStream stream = Create(path);
        new OxyPlot.SkiaSharp.SvgExporter { Width = width, Height = height }.Export(Plot, stream);
    }

    private static FileStream Create(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        if (Directory.Exists(path))
        {
            throw new IOException($"The picture cannot be written: '{path}' is a folder; name a file in it.");
        }
        return Path.GetDirectoryName(Path.GetFullPath(path)) is string folder && !Directory.Exists(folder)
            ? throw new DirectoryNotFoundException(
                $"The picture '{path}' cannot be written: there is no folder '{folder}'; create it first.")
            : File.Create(path);
    }

    private static void Check(int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, Smallest);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, Largest);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, Smallest);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(height, Largest);
    }
}
