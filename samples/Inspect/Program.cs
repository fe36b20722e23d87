// Shows what a trained network is and does: a folder with an index.html that opens without a server.
//
//   Inspect MODEL.ZIP ROWS.CSV LABEL FOLDER [ROW...]
//
// ROWS.CSV has a header, commas, and the columns that the model was saved with; of a model that takes one vector, the
// numbers in their order. LABEL is the label's column. Spikes and explanations are those of the rows that are named,
// from 0; of row 0 otherwise. The tool does the same for all kinds of data: spiking inspect --html.

using System.Globalization;
using Inspect;
using Microsoft.ML;
using Microsoft.ML.Spiking;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is not [string modelPath, string rowsPath, string label, string folder, .. string[] chosen]
    || !chosen.All(row => int.TryParse(row, NumberStyles.None, null, out _)))
{
    Console.Error.WriteLine("usage: Inspect MODEL.ZIP ROWS.CSV LABEL FOLDER [ROW...]");
    return 2;
}
try
{
    var ml = new MLContext();
    ITransformer model = ml.Model.Load(modelPath, out DataViewSchema schema);
    IDataView rows = LabelledRows.Load(ml, model, schema, rowsPath, label);
    string page = ml.Model.SaveInspection(model, rows, folder, new InspectionOptions
    {
        Title = Path.GetFileName(modelPath),
        Rows = chosen.Length == 0 ? [0] : [.. chosen.Select(int.Parse)],
    });
    Console.WriteLine(page);
    return 0;
}
catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidOperationException
    or ArgumentException or FormatException)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}
