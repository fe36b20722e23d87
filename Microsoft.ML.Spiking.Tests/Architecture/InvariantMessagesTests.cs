using System.Globalization;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Serialization;
using Microsoft.ML.Spiking.Tests.Networks;
using Microsoft.ML.Spiking.Tests.Repository;

namespace Microsoft.ML.Spiking.Tests.Architecture;

/// <summary>Messages write numbers the same way in every culture.</summary>
[TestClass]
public sealed class InvariantMessagesTests
{
    private const string Handler = "System.Runtime.CompilerServices.DefaultInterpolatedStringHandler";

    private static readonly string[] Fractions = ["Double", "Single", "System.Decimal", "System.Half"];

    public static IEnumerable<(Action Act, string Sentence)> Faults =>
    [
        (() => BoundedReading.ReadToEnd(new MemoryStream(new byte[70_000]), 65_536, "It"), "longer than 65,536 bytes"),
        (() => BoundedReading.ReadExactly(new MemoryStream(new byte[1_500]), 70_000, "It"),
            "70,000 bytes are announced and 1,500 are there"),
        (() => SafetensorsHeader.Read(new MemoryStream(BitConverter.GetBytes(1L << 40))),
            "a header of 1,099,511,627,776 bytes; from 2 to 16,777,216 are possible"),
        (() => ReadArrays("""{"a":{"dtype":"F32","shape":[1000],"data_offsets":[0,5000]}}"""),
            "the bytes 0 to 5,000; its shape needs 4,000 bytes"),
        (() => ReadArrays("""{"a":{"dtype":"F32","shape":[1000],"data_offsets":[1500,5500]}}"""),
            "at byte 1,500 where 0 was expected"),
        (() => ReadArrays("""{"a":{"dtype":"F32","shape":[1000],"data_offsets":[0,4000]}}"""),
            "its arrays need 4,000 bytes and the whole file has 1,000"),
    ];

    [TestMethod]
    [DynamicData(nameof(Faults))]
    public void FaultOfAFile_InAnotherCulture_HasInvariantNumbers(Action act, string sentence)
    {
        foreach (string culture in (string[])["de-DE", "fr-FR"])
        {
            Assert.Contains(sentence, In(culture, () => Assert.ThrowsExactly<FormatException>(act).Message));
        }
    }

    [TestMethod]
    [DynamicData(nameof(NetworkLimitsTests.TooLarge), typeof(NetworkLimitsTests))]
    public void FaultOfANetwork_InAnotherCulture_HasInvariantNumbers(Func<NetworkDefinition> define, string sentence)
    {
        foreach (string culture in (string[])["de-DE", "fr-FR"])
        {
            Assert.Contains(
                sentence,
                In(culture, () => Assert.ThrowsExactly<NetworkDefinitionException>(() => define()).Message));
        }
    }

    [TestMethod]
    public void Quotation_InAnotherCulture_HasInvariantNumbers()
    {
        Assert.EndsWith("… (1,234 characters)", In("de-DE", () => Quotation.Of(new string('x', 1_234))));
        Assert.EndsWith("… (1,234 lengths)]", In("de-DE", () => Shapes.Text(new int[1_234])));
    }

    /// <summary>
    /// Numbers with a format, and fractions, are never formatted in the culture of the calling thread.
    /// </summary>
    [TestMethod]
    public void InterpolatedStrings_OfTheLibraries_WriteNumbersInvariantly()
    {
        foreach (string path in new[] { Library.Path, Folders.SweepsAssembly })
        {
            string[] offences = [.. Offences(path)];

            Assert.IsEmpty(offences, string.Join(Environment.NewLine, offences));
        }
    }

    [TestMethod]
    public void InterpolatedStrings_OfThisClass_AreSeen()
    {
        string[] offences = [.. Offences(typeof(InvariantMessagesTests).Assembly.Location)];

        Assert.Contains($"{nameof(InvariantMessagesTests)}.{nameof(InTheThreadsCulture)}", offences);
        Assert.DoesNotContain($"{nameof(InvariantMessagesTests)}.{nameof(InTheInvariantCulture)}", offences);
    }

    private static string InTheThreadsCulture(int count, double share) => $"{count:N0} of {share}";

    private static string InTheInvariantCulture(int count, double share) =>
        string.Create(CultureInfo.InvariantCulture, $"{count:N0} of {share}");

    /// <summary>Returns the methods that format a number, with a format or a fraction, without a culture.</summary>
    private static IEnumerable<string> Offences(string assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly));
        MetadataReader metadata = file.GetMetadataReader();
        foreach (MethodDefinitionHandle handle in metadata.MethodDefinitions)
        {
            MethodDefinition method = metadata.GetMethodDefinition(handle);
            if (method.RelativeVirtualAddress != 0 && DependsOnTheCulture(
                metadata, IlTokens.In(file.GetMethodBody(method.RelativeVirtualAddress).GetILReader())))
            {
                string type = SignatureReader.FullName(metadata, method.GetDeclaringType()).Split('.')[^1];
                yield return $"{type}.{metadata.GetString(method.Name)}";
            }
        }
    }

    private static bool DependsOnTheCulture(MetadataReader metadata, IEnumerable<EntityHandle> tokens)
    {
        var signatures = new SignatureReader();
        bool isInvariant = true;
        foreach (EntityHandle token in tokens)
        {
            MethodSpecification? instance = token.Kind == HandleKind.MethodSpecification
                ? metadata.GetMethodSpecification((MethodSpecificationHandle)token)
                : null;
            EntityHandle target = instance?.Method ?? token;
            if (target.Kind != HandleKind.MemberReference)
            {
                continue;
            }
            MemberReference member = metadata.GetMemberReference((MemberReferenceHandle)target);
            if (member.Parent.Kind != HandleKind.TypeReference || member.GetKind() != MemberReferenceKind.Method
                || SignatureReader.FullName(metadata, (TypeReferenceHandle)member.Parent) != Handler)
            {
                continue;
            }
            int parameters = member.DecodeMethodSignature(signatures, null).ParameterTypes.Length;
            if (metadata.GetString(member.Name) == ".ctor")
            {
                isInvariant = parameters > 2; // the two lengths, then the culture
            }
            else if (!isInvariant && instance is { } generic
                && (parameters > 1 || Fractions.Contains(generic.DecodeSignature(signatures, null)[0])))
            {
                return true;
            }
        }
        return false;
    }

    private static void ReadArrays(string header)
    {
        byte[] json = Encoding.UTF8.GetBytes(header);
        SafetensorsReader.ReadArrays(new MemoryStream([.. BitConverter.GetBytes((long)json.Length), .. json]), 1_000);
    }

    private static T In<T>(string culture, Func<T> run)
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
            return run();
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
