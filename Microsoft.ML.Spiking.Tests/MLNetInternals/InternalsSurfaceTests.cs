using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Tests.Architecture;

namespace Microsoft.ML.Spiking.Tests.MLNetInternals;

/// <summary>
/// Fails, with the names, if the ML.NET at run time is not the one whose internals the library uses. ML.NET makes no
/// promise about its internals, so a new version of it fails here first.
/// </summary>
[TestClass]
public sealed class InternalsSurfaceTests
{
    private static readonly Reference[] IntoMLNet =
        [.. Library.References.Where(reference => MLNetSurface.Holds(reference.ToAssembly))];

    [TestMethod]
    public void References_IntoMLNet_AllResolve()
    {
        using var mlnet = new MLNetSurface();
        string[] missing = [.. IntoMLNet.Where(reference => mlnet.Find(reference) == Visibility.Missing)
            .Select(reference => reference.ToString()).Order(StringComparer.Ordinal)];

        Assert.IsEmpty(missing, $"ML.NET {LoadedVersion} no longer has: {string.Join(Environment.NewLine, missing)}");
    }

    [TestMethod]
    public void References_ToNonPublicMembers_AreIntoAssembliesThatLetTheLibraryIn()
    {
        using var mlnet = new MLNetSurface();
        string[] entered = [.. IntoMLNet.Where(reference => mlnet.Find(reference) == Visibility.NonPublic)
            .Select(reference => reference.ToAssembly).Distinct()];
        string[] open = [.. Library.Assembly.GetCustomAttributes<IgnoresAccessChecksToAttribute>()
            .Select(attribute => attribute.AssemblyName)];

        CollectionAssert.IsSubsetOf(entered, open);
    }

    [TestMethod]
    public void Find_InternalTypeAndMember_TellsThemFromPublicAndMissingOnes()
    {
        using var mlnet = new MLNetSurface();

        Visibility Find(string type, string? member) =>
            mlnet.Find(new Reference("", "", "Microsoft.ML.Core", "", $"Microsoft.ML.{type}", member));

        const string publicMember = "Start(String) : Microsoft.ML.Runtime.IChannel";
        Assert.AreEqual(Visibility.Public, Find("Runtime.IChannelProvider", publicMember));
        Assert.AreEqual(Visibility.NonPublic, Find("ModelLoadContext", "CheckAtModel() : Void"));
        Assert.AreEqual(Visibility.Missing, Find("ModelLoadContext", "CheckAtModel(Int32) : Void"));
        Assert.AreEqual(Visibility.Missing, Find("ModelReadContext", null));
    }

    /// <summary>ML.NET's own trainers use thousands of members of its core, in every possible way.</summary>
    [TestMethod]
    [DataRow("Microsoft.ML.StandardTrainers")]
    [DataRow("Microsoft.ML.Transforms")]
    public void Find_ReferencesBetweenMLNetsOwnAssemblies_AllResolve(string assembly)
    {
        using var mlnet = new MLNetSurface();
        Reference[] references = [.. AssemblyScanner.Scan(MLNetSurface.PathOf(assembly))
            .Where(reference => MLNetSurface.Holds(reference.ToAssembly) && reference.ToAssembly != assembly)];

        Assert.IsGreaterThan(1000, references.Length);
        Assert.IsEmpty(references.Where(reference => mlnet.Find(reference) == Visibility.Missing));
        Assert.Contains(reference => mlnet.Find(reference) == Visibility.NonPublic, references);
    }

    /// <summary>A type fails to load if its base class has new abstract members, or an interface has changed.</summary>
    [TestMethod]
    public void Types_OfTheLibrary_AllLoad()
    {
        Assert.IsEmpty(LoadFaults(), string.Join(Environment.NewLine, LoadFaults()));
    }

    /// <summary>
    /// The runtime takes an override whose base member no longer exists for a new virtual member, which is never
    /// called.
    /// </summary>
    [TestMethod]
    public void Overrides_InTheLibrary_EachOverrideSomething()
    {
        const BindingFlags declared =
            BindingFlags.DeclaredOnly | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
        string[] lost = [.. Library.Assembly.GetTypes().SelectMany(type => type.GetMethods(declared))
            .Where(method => method.IsVirtual && !method.Attributes.HasFlag(MethodAttributes.NewSlot))
            .Where(method => method.GetBaseDefinition() == method)
            .Select(method => $"{method.DeclaringType}: {method}")];

        Assert.IsEmpty(lost, string.Join(Environment.NewLine, lost));
    }

    [TestMethod]
    public void Version_OfTheLoadedMLNet_IsWithinThePinnedRange()
    {
        string range = typeof(InternalsSurfaceTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(attribute => attribute.Key == "MLNetVersionRange").Value!;
        Version[] bounds = [.. range.Trim('[', ')').Split(',').Select(Version.Parse)];

        Assert.IsTrue(
            LoadedVersion >= bounds[0] && LoadedVersion < bounds[1], $"ML.NET {LoadedVersion} is outside {range}.");
    }

    private static Version LoadedVersion { get; } = Version.Parse(
        typeof(MLContext).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
            .InformationalVersion.Split('+', '-')[0]);

    private static string[] LoadFaults()
    {
        try
        {
            Library.Assembly.GetTypes();
            return [];
        }
        catch (ReflectionTypeLoadException e)
        {
            return [.. e.LoaderExceptions.OfType<Exception>().Select(fault => fault.Message)];
        }
    }
}
