using System.Globalization;
using System.Text;
using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Tool.Models;

namespace Microsoft.ML.Spiking.Tool.Code;

/// <summary>The C# program that predicts one row with a model.</summary>
internal static class PredictionCode
{
    /// <summary>Returns the program.</summary>
    /// <param name="model">The model.</param>
    /// <param name="path">Its file.</param>
    public static string Of(ModelFile model, string path)
    {
        var properties = new StringBuilder();
        HashSet<string> taken = [];
        foreach (DataViewSchema.Column column in model.Inputs)
        {
            string name = Identifier(column.Name, taken);
            string[] attributes =
            [
                .. name == column.Name ? [] : (string[])[$"ColumnName({Literal.Of(column.Name)})"],
                .. column.Type is VectorDataViewType vector
                    ? (string[])[$"VectorType({string.Join(", ", vector.Dimensions)})"] : [],
            ];
            if (attributes.Length > 0)
            {
                properties.Append(CultureInfo.InvariantCulture, $"    [{string.Join(", ", attributes)}]\n");
            }
            properties.Append(column.Type switch
            {
                VectorDataViewType => $"    public float[] {name} {{ get; set; }} = [];\n\n",
                TextDataViewType => $"    public string {name} {{ get; set; }} = \"\";\n\n",
                _ => $"    public float {name} {{ get; set; }}\n\n",
            });
        }
        string example = string.Join(", ", model.Inputs.Where(column => column.Type is VectorDataViewType)
            .Select(column => $"Features = new float[{((VectorDataViewType)column.Type).Size}]").Take(1));
        return $$"""
            using Microsoft.ML;
            using Microsoft.ML.Data;

            // Packages: Microsoft.ML.Spiking{{(
                model.TakesImages ? ", Microsoft.ML.ImageAnalytics" : "")}}. No libtorch.
            var ml = new MLContext();
            ITransformer model = ml.Model.Load({{Literal.Of(path)}}, out _);
            using var engine = ml.Model.CreatePredictionEngine<Input, Prediction>(model);
            Prediction prediction = engine.Predict(new Input { {{example}} });
            Console.WriteLine($"{prediction.PredictedLabel}, probability {prediction.Score.Max():P1}");

            class Input
            {
            {{properties.ToString().TrimEnd()}}
            }

            class Prediction
            {
                public string PredictedLabel { get; set; } = "";

                public float[] Score { get; set; } = [];
            }

            """;
    }

    private static string Identifier(string name, HashSet<string> taken)
    {
        var text = new StringBuilder();
        foreach (char character in name)
        {
            text.Append(char.IsAsciiLetterOrDigit(character) || character == '_' ? character : '_');
        }
        if (text.Length == 0 || char.IsAsciiDigit(text[0]))
        {
            text.Insert(0, '_');
        }
        // No keyword begins with a capital. A member must not be named as its class.
        string free = char.ToUpperInvariant(text[0]) + text.ToString()[1..];
        while (free == "Input" || !taken.Add(free))
        {
            free += "_";
        }
        return free;
    }
}
