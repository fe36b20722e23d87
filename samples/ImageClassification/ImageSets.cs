using System.Runtime.InteropServices;

namespace ImageClassification;

/// <summary>The images for training, for the choice of the best epoch, and for the final test.</summary>
/// <param name="Train">
/// Training images, shuffled, because images that do not fit into memory are only shuffled in parts.
/// </param>
/// <param name="Validation">Images that choose the best epoch; empty if the last one is kept.</param>
/// <param name="Test">Test images, seen only after the training.</param>
internal sealed record ImageSets(
    IReadOnlyList<ImageFile> Train, IReadOnlyList<ImageFile> Validation, IReadOnlyList<ImageFile> Test)
{
    private const int TestOneOf = 5;
    private const int OrderSeed = 1;

    /// <summary>Reads the folder.</summary>
    /// <param name="folder">
    /// A folder with train/ and test/, each with class folders; or with class folders, of which every fifth image is
    /// for the test.
    /// </param>
    /// <param name="rows">Images of each class to train with, validation included; null for all.</param>
    /// <param name="testRows">Images of each class to test with; null for all.</param>
    /// <param name="validation">
    /// The part of the training images that is held out to choose the best epoch, at least 0 and less than 1.
    /// </param>
    /// <exception cref="UsageException">The folder has another structure, or a class has too few images.</exception>
    public static ImageSets Read(string folder, int? rows, int? testRows, double validation)
    {
        if (!Directory.Exists(folder))
        {
            throw new UsageException(
                $"There is no folder '{folder}'; --data takes a folder of class folders, or one with train and test.");
        }
        List<ImageFile> train = [], measured = [], test = [];
        foreach ((string name, string[] toTrain, string[] toTest) in Parts(folder))
        {
            string[] chosen = Spread(toTrain, rows ?? toTrain.Length);
            int keep = validation == 0 ? 0 : Math.Max(1, (int)Math.Round(validation * chosen.Length));
            string[] kept = Spread(chosen, keep);
            string[] learned = [.. chosen.Except(kept)];
            if (learned.Length == 0 || toTest.Length == 0)
            {
                throw new UsageException(
                    $"The class '{name}' in '{folder}' has too few images: at least one is needed for " +
                    $"the training{(validation == 0 ? "" : ", one for the validation")} and one for the test.");
            }
            train.AddRange(Rows(name, learned));
            measured.AddRange(Rows(name, kept));
            test.AddRange(Rows(name, Spread(toTest, testRows ?? toTest.Length)));
        }
        new Random(OrderSeed).Shuffle(CollectionsMarshal.AsSpan(train));
        return new(train, measured, test);
    }

    private static IEnumerable<(string Name, string[] Train, string[] Test)> Parts(string folder)
    {
        string train = Path.Combine(folder, "train"), test = Path.Combine(folder, "test");
        if (Directory.Exists(train) != Directory.Exists(test))
        {
            throw new UsageException(
                $"'{folder}' has only one of train and test; it needs both, or class folders alone.");
        }
        if (!Directory.Exists(train))
        {
            return ClassFolders.Read(folder).Select(found => (found.Name,
                found.Files.Where((_, i) => i % TestOneOf != 0).ToArray(),
                found.Files.Where((_, i) => i % TestOneOf == 0).ToArray()));
        }
        IReadOnlyList<(string Name, string[] Files)> learned = ClassFolders.Read(train), tested = ClassFolders.Read(
            test);
        HashSet<string> different = [.. learned.Select(found => found.Name)];
        different.SymmetricExceptWith(tested.Select(found => found.Name));
        return different.Count == 0
            ? learned.Zip(tested, (one, other) => (one.Name, one.Files, other.Files))
            : throw new UsageException(
                $"train and test in '{folder}' have different classes: '{different.First()}' is in only one of them.");
    }

    /// <summary>Takes this many of the files, evenly spaced, because neighbouring files are often alike.</summary>
    private static string[] Spread(string[] files, int count) => count >= files.Length
        ? files
        : [.. Enumerable.Range(0, count).Select(i => files[(long)i * files.Length / count])];

    private static IEnumerable<ImageFile> Rows(string name, IEnumerable<string> files) =>
        files.Select(file => new ImageFile { ImagePath = file, Label = name });
}
