using Microsoft.ML.Spiking.Benchmarks.Scoring.Trained;
using Microsoft.ML.Spiking.Benchmarks.Training;
using Tactile;

namespace Microsoft.ML.Spiking.Benchmarks.Methods;

/// <summary>A data set, split, and a network on which methods are compared.</summary>
internal sealed record MethodProblem
{
    private const int TouchTestFrom = 40; // of 50 repetitions of each letter

    /// <summary>Gets the name in commands and files.</summary>
    public required string Key { get; init; }

    public required string Title { get; init; }

    /// <summary>Gets the network of methods that have none of their own.</summary>
    public required NetworkTemplate Network { get; init; }

    public required int Epochs { get; init; }

    public required IReadOnlyList<Method> Methods { get; init; }

    public IReadOnlyList<int>? InputShape { get; init; }

    public int? BatchSize { get; init; }

    /// <summary>Reads the rows: those that are trained on, and those that are tested on.</summary>
    public required Func<MLContext, (IDataView Train, IDataView Test)> Read { get; init; }

    /// <summary>Reads so many times the rows that are trained on; null where there are no more.</summary>
    public Func<MLContext, int, IDataView>? More { get; init; }

    /// <summary>Returns the problem of that key, or null where its data is not here.</summary>
    public static MethodProblem? Of(string key, bool quick) => key switch
    {
        "digits" => Digit(key, quick ? 1_000 : 10_000, quick ? 1_000 : 10_000, quick ? 2 : 5, MethodList.OfVectors),
        "all-digits" => Digit(key, quick ? 2_000 : 60_000, quick ? 1_000 : 10_000, quick ? 1 : 3,
            MethodList.OfAllDigits),
        "digit-images" => Digit(key, quick ? 300 : 5_000, quick ? 500 : 10_000, quick ? 1 : 5,
            MethodList.OfDigitImages) with
        {
            InputShape = [1, 28, 28],
            Network = new ConvNet(16, 32),
        },
        "digits-by-rows" => Digit(key, quick ? 500 : 4_000, quick ? 1_000 : 10_000, quick ? 1 : 8,
            MethodList.OfSequences) with
        {
            InputShape = [28, 28],
            BatchSize = 32,
            Network = new Mlp(64),
        },
        "pictures" => CifarImages.Folder is null ? null : Pictures(quick ? 300 : 1_000, quick ? 200 : 2_000,
            quick ? 1 : 6),
        "touches" => TouchFile is null ? null : Touches(TouchFile, quick ? 1 : 12),
        _ => throw new ArgumentException($"There is no problem '{key}'."),
    };

    private static string? TouchFile =>
        Environment.GetEnvironmentVariable("SPIKING_BRAILLE") is { Length: > 0 } file && File.Exists(file)
            ? file : null;

    private static MethodProblem Digit(string key, int rows, int tests, int epochs, IReadOnlyList<Method> methods) =>
        new()
        {
            Key = key,
            Title = Numbers(key switch
            {
                "digits-by-rows" => $"{Digits.Name} row by row",
                "digit-images" => $"{Digits.Name}, ConvNet(16, 32)",
                _ => Digits.Name,
            }, rows, tests, epochs),
            Network = new Mlp(340, 340),
            Epochs = epochs,
            Methods = methods,
            Read = ml =>
                (ml.Data.LoadFromEnumerable(Digits.Train(rows)), ml.Data.LoadFromEnumerable(Digits.Test(tests))),
        };

    private static MethodProblem Pictures(int rows, int tests, int epochs) => new()
    {
        Key = "pictures",
        Title = Numbers("CIFAR-10", rows, tests, epochs),
        Network = new ConvNet(32, 64),
        Epochs = epochs,
        Methods = MethodList.OfImages,
        Read = ml => (ml.Data.LoadFromEnumerable(CifarImages.Read("train", rows)),
            ml.Data.LoadFromEnumerable(CifarImages.Read("test", tests))),
        More = (ml, factor) => ml.Data.LoadFromEnumerable(CifarImages.Read("train", factor * rows)),
    };

    private static MethodProblem Touches(string file, int epochs) => new()
    {
        Key = "touches",
        Title = Numbers("touches of 27 braille letters", 27 * TouchTestFrom, 27 * (50 - TouchTestFrom), epochs),
        Network = new Mlp(64),
        Epochs = epochs,
        BatchSize = 32,
        InputShape = [Touch.Steps, Touch.Sensors],
        Methods = MethodList.OfSequences,
        Read = ml =>
        {
            IReadOnlyList<Touch> touches = Touch.Read(file);
            IDataView Rows(bool isTest) => ml.Data.LoadFromEnumerable(
                touches.Where(touch => touch.Repetition >= TouchTestFrom == isTest));
            var keys = ml.Transforms.Conversion.MapValueToKey("Label").Fit(Rows(false));
            return (keys.Transform(Rows(false)), keys.Transform(Rows(true)));
        },
    };

    private static string Numbers(string name, int rows, int tests, int epochs) => Measuring.Numbers.Text(
        $"{name}: {rows} training rows, {tests} test rows, {epochs} epochs");
}
