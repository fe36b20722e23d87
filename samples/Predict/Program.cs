// Scores rows with a saved model, in an application without libtorch.
//
//   Predict MODEL.ZIP < ROWS      each line of ROWS: the features, separated by spaces
//
// prints a line for each row: the label, then the probability of each class.

using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Predict;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is not [string modelPath])
{
    Console.Error.WriteLine("usage: Predict MODEL.ZIP < ROWS");
    return 2;
}

try
{
    var ml = new MLContext();
    ITransformer model = ml.Model.Load(modelPath, out DataViewSchema saved);
    SchemaDefinition rowType = SchemaDefinition.Create(typeof(Row));
    rowType["Features"].ColumnType = saved["Features"].Type; // the number of features is the model's
    Row[] rows = [.. ReadRows(((VectorDataViewType)saved["Features"].Type).Size)];

    IDataView scored = model.Transform(ml.Data.LoadFromEnumerable(rows, rowType));
    IEnumerable<string> labels = scored.GetColumn<ReadOnlyMemory<char>>("PredictedLabel").Select(
        label => label.ToString());
    foreach ((string label, float[] scores) in labels.Zip(scored.GetColumn<float[]>("Score")))
    {
        Console.WriteLine($"{label} {string.Join(' ', scores)}");
    }
    return 0;
}
catch (Exception exception) when (exception is IOException or FormatException or InvalidOperationException)
{
    Console.Error.WriteLine(exception.GetBaseException().Message);
    return 1;
}

static IEnumerable<Row> ReadRows(int featureCount)
{
    for (int number = 1; Console.ReadLine() is string line; number++)
    {
        float[] features = [.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(float.Parse)];
        yield return features.Length == featureCount
            ? new Row { Features = features }
            : throw new FormatException($"Line {number} has {features.Length} values; the model takes {featureCount}.");
    }
}
