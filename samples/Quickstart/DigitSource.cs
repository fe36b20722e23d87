namespace Quickstart;

/// <summary>Training and test images, and how long to train on them.</summary>
internal sealed record DigitSource(
    string Name, IReadOnlyList<DigitImage> Train, IReadOnlyList<DigitImage> Test, int Epochs)
{
    private const int Seed = 1, TrainCount = 12_000, TestCount = 2_000;

    /// <summary>Returns digits drawn from a seed.</summary>
    public static DigitSource Drawn() => new("drawn digits",
        DrawnDigits.Draw(Seed, 0, TrainCount), DrawnDigits.Draw(Seed, TrainCount, TestCount), Epochs: 5);

    /// <summary>Returns the digits of MNIST.</summary>
    public static DigitSource Mnist(string folder) =>
        new("MNIST", IdxDigits.Read(folder, "train"), IdxDigits.Read(folder, "t10k"), Epochs: 5);
}
