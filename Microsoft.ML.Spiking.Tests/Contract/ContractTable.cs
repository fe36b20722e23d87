using System.Text;

namespace Microsoft.ML.Spiking.Tests.Contract;

/// <summary>
/// The checks of a test, each with its result. All run and are printed, even if others failed; the table fails if one
/// of the library's own checks did. Those of ML.NET's trainers are there for comparison.
/// </summary>
internal sealed class ContractTable(TestContext context)
{
    private readonly List<(string Subject, string Check, string? Fault, bool IsOurs)> _rows = [];

    /// <summary>Runs a check of the library.</summary>
    public void Check(string subject, string what, Action check) => Check(subject, what, check, isOurs: true);

    /// <summary>Runs a check of one of the trainers.</summary>
    public void Check(Subject subject, string what, Action check) => Check(subject.Name, what, check, subject.IsOurs);

    /// <summary>Prints the table; fails if there is no check of the library, or one failed.</summary>
    public void AssertAllPassed()
    {
        int subject = _rows.Max(row => row.Subject.Length), check = _rows.Max(row => row.Check.Length);
        var text = new StringBuilder();
        foreach (var row in _rows)
        {
            text.AppendLine($"{row.Subject.PadRight(subject)}  {row.Check.PadRight(check)}  " +
                (row.Fault is null ? "passed" : $"FAILED: {row.Fault}"));
        }
        context.WriteLine(text.ToString());
        string[] faults = [.. _rows.Where(row => row.IsOurs && row.Fault is not null)
            .Select(row => $"{row.Subject}, {row.Check}: {row.Fault}")];
        Assert.Contains(row => row.IsOurs, _rows);
        Assert.IsEmpty(faults, string.Join('\n', faults));
    }

    private void Check(string subject, string what, Action check, bool isOurs)
    {
        string? fault = null;
        try
        {
            check();
        }
        catch (Exception exception)
        {
            fault = $"{exception.GetType().Name}: {exception.Message.ReplaceLineEndings(" ")}";
        }
        _rows.Add((subject, what, fault, isOurs));
    }
}
