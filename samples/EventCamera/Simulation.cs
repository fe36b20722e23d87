using System.IO.Compression;
using Microsoft.ML;
using Microsoft.ML.Spiking;
using Microsoft.ML.Spiking.Events;

namespace EventCamera;

/// <summary>
/// Digits of MNIST in front of a simulated camera: how much the events are like those of the real one, and what a
/// network that has seen the simulated ones alone makes of real recordings.
/// </summary>
internal static class Simulation
{
    private const int Pixels = 28 * 28, ImagesFrom = 16, LabelsFrom = 8;

    public static void Run(string folder, string mnist, int count, int epochs)
    {
        IReadOnlyList<EventRecording> real = Recordings.Read(folder, "test100.txt");
        Compare(real, Unpack(mnist, "t10k-images-idx3-ubyte"));

        var ml = new MLContext(seed: 1);
        byte[] images = Unpack(mnist, "train-images-idx3-ubyte"), labels = Unpack(mnist, "train-labels-idx1-ubyte");
        EventRecording[] simulated = [.. Enumerable.Range(0, count).Select(i =>
            new EventRecording(Record(images, i), $"{labels[LabelsFrom + i]}"))];
        IDataView test = ml.Data.LoadFromEventFiles(real);
        Test("simulated digits alone", simulated);
        Test("and the real recordings", [.. simulated, .. Recordings.Read(folder, "train1K.txt")]);

        void Test(string name, IReadOnlyList<EventRecording> rows)
        {
            ITransformer model =
                Training.Spiking(ml, new ClifNeuron(), epochs, seed: 1).Fit(ml.Data.LoadFromEventFiles(rows));
            double accuracy = ml.MulticlassClassification.Evaluate(model.Transform(test)).MicroAccuracy;
            Console.WriteLine(
                $"  {name,-26} {accuracy,6:P0} of {real.Count} real recordings, {rows.Count} trained on");
        }
    }

    private static void Compare(IReadOnlyList<EventRecording> real, byte[] images)
    {
        double realEvents = 0, events = 0, correlation = 0;
        for (int i = 0; i < real.Count; i++)
        {
            ReadOnlyMemory<Event> expected = real[i].Load();
            Event[] found = Record(images, i);
            realEvents += (double)expected.Length / real.Count;
            events += (double)found.Length / real.Count;
            correlation += Correlation(Map(expected.Span), Map(found)) / real.Count;
        }
        Console.WriteLine($"{real.Count} digits: {events:0} events simulated, {realEvents:0} real; the maps of " +
            $"counts correlate at {correlation:0.00}");
    }

    private static Event[] Record(byte[] images, int index) =>
        MovingImage.RecordSaccades(images.AsSpan(ImagesFrom + (index * Pixels), Pixels), seed: index);

    private static double[] Map(ReadOnlySpan<Event> events)
    {
        double[] map = new double[Recordings.Side * Recordings.Side];
        foreach (Event item in events)
        {
            map[(item.Y * Recordings.Side) + item.X]++;
        }
        return map;
    }

    private static double Correlation(double[] a, double[] b)
    {
        double meanA = a.Average(), meanB = b.Average();
        double Product(double[] x, double meanX, double[] y, double meanY) =>
            x.Zip(y, (one, other) => (one - meanX) * (other - meanY)).Sum();
        return Product(a, meanA, b, meanB) / Math.Sqrt(Product(a, meanA, a, meanA) * Product(b, meanB, b, meanB));
    }

    private static byte[] Unpack(string folder, string name)
    {
        string path = Directory.EnumerateFiles(folder, $"*{name}.gz").FirstOrDefault()
            ?? throw new FileNotFoundException($"'{folder}' has no file {name}.gz, which MNIST consists of.");
        using var packed = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        using var content = new MemoryStream();
        packed.CopyTo(content);
        return content.ToArray();
    }
}
