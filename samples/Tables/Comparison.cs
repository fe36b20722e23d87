using Microsoft.ML;

namespace Tables;

/// <summary>The trainings and measurements, one after the other.</summary>
internal static class Comparison
{
    private const double TestPart = 0.3;

    /// <summary>Measures each trainer on each split of each table, as the results are asked for.</summary>
    /// <param name="tables">The tables; each is disposed after its last measurement.</param>
    /// <param name="contenders">The trainers.</param>
    /// <param name="splits">
    /// The number of random splits of each table into 70 % for training and 30 % for testing.
    /// </param>
    /// <param name="token">Ends the measurements after the current one.</param>
    public static IEnumerable<Measurement> Run(
        IEnumerable<DataTable> tables, IReadOnlyList<Contender> contenders, int splits, CancellationToken token)
    {
        foreach (DataTable table in tables)
        {
            using (table)
            {
                for (int split = 1; split <= splits; split++)
                {
                    var ml = new MLContext(split);
                    DataOperationsCatalog.TrainTestData rows =
                        ml.Data.TrainTestSplit(table.Load(ml), TestPart, seed: split);
                    ITransformer featurizers = table.Featurizers(ml).Fit(rows.TrainSet);
                    IDataView train = ml.Data.Cache(featurizers.Transform(rows.TrainSet), "Features", "Label");
                    IDataView test = ml.Data.Cache(featurizers.Transform(rows.TestSet), "Features", "Label");
                    foreach (Contender contender in contenders)
                    {
                        if (token.IsCancellationRequested)
                        {
                            yield break;
                        }
                        yield return Measurement.Take(ml, table.Name, split, contender, train, test);
                    }
                }
            }
        }
    }
}
