using Microsoft.ML.Spiking.Tests.Architecture.Fixtures;

namespace Microsoft.ML.Spiking.Tests.Architecture;

[TestClass]
public sealed class AssemblyScannerTests
{
    private static readonly IReadOnlySet<Reference> OwnReferences =
        AssemblyScanner.Scan(typeof(AssemblyScannerTests).Assembly.Location);

    private static readonly string[] MentionedNames =
        [typeof(Mentioned).FullName!, typeof(MentionedAttribute).FullName!];

    private static readonly string[] GivenToAttributes =
    [
        "Microsoft.ML.SignatureLoadModel",
        "System.Runtime.InteropServices.StringMarshalling",
        "System.Text.Json.Serialization.JsonIgnoreCondition",
        "System.Text.Json.Serialization.JsonStringEnumConverter`1",
    ];

    [TestMethod]
    [DataRow(nameof(AsBase))]
    [DataRow(nameof(AsField))]
    [DataRow(nameof(AsParameter))]
    [DataRow(nameof(AsGenericArgument))]
    [DataRow(nameof(AsConstraint))]
    [DataRow(nameof(AsAttribute))]
    [DataRow(nameof(InABody))]
    [DataRow(nameof(InACatch))]
    [DataRow(nameof(InATypeTest))]
    [DataRow(nameof(InALambda))]
    [DataRow(nameof(InAnIterator))]
    [DataRow(nameof(ThroughAGenericMethod))]
    [DataRow(nameof(ThroughAFunctionPointer))]
    public void Scan_TypeThatMentionsAnother_FindsTheMention(string fixture)
    {
        Assert.Contains(
            reference => reference.FromType == fixture && MentionedNames.Contains(reference.ToType), OwnReferences);
    }

    [TestMethod]
    public void Scan_TypeThatMentionsNothing_FindsNoMention() =>
        Assert.DoesNotContain(
            reference => reference.FromType == nameof(Nowhere) && MentionedNames.Contains(reference.ToType),
            OwnReferences);

    [TestMethod]
    public void Scan_MemberOfAnotherAssembly_NamesItWithItsSignature() =>
        Assert.Contains(
            reference => reference is
            {
                FromType: nameof(AssemblyScanner),
                ToType: "System.IO.File",
                ToMember: "OpenRead(String) : System.IO.FileStream",
            },
            OwnReferences);

    [TestMethod]
    public void Scan_LibraryAndTests_ReachesEveryRowOfTheReferenceTables()
    {
        foreach (string path in new[] { Library.Path, typeof(AssemblyScannerTests).Assembly.Location })
        {
            AssemblyScanner.Scan(path, out IReadOnlyList<string> missed);

            // The permission that the compiler requests for an assembly with unsafe code, which no code mentions; and
            // the arguments of attributes (LoadableClass, JsonIgnore, JsonConverter, LibraryImport), which are strings
            // in the attribute's value.
            string[] unexplained =
            [
                .. missed.Where(name => !name.StartsWith("System.Security.Permissions.", StringComparison.Ordinal)
                    && !GivenToAttributes.Contains(name)),
            ];
            Assert.IsEmpty(unexplained, $"{Path.GetFileName(path)}: {string.Join(", ", unexplained)}");
        }
    }
}
