using Microsoft.ML.Spiking.Tests.MLNetInternals;

namespace Microsoft.ML.Spiking.Tests.Architecture;

/// <summary>
/// Checks the arrows between the library's rooms, over the compiled assembly and its symbols: using directives prove
/// nothing, because a file in namespace Microsoft.ML.Spiking.X sees all of Microsoft.ML and Microsoft.ML.Spiking
/// without one.
/// </summary>
[TestClass]
public sealed class LayeringTests
{
    [TestMethod]
    public void Rooms_WithCode_AreAllOnTheMap()
    {
        string[] rooms = [.. Library.Assembly.GetTypes()
            .Where(type => !type.IsNested)
            .Select(type => Rooms.Of(type.FullName!)).OfType<string>().Distinct()];

        Assert.IsNotEmpty(rooms);
        foreach (string room in rooms)
        {
            Assert.Contains(room, Rooms.MayKnow.Keys, $"Give the room {room} its place in {nameof(Rooms)}.");
        }
    }

    [TestMethod]
    public void References_BetweenRooms_FollowTheArrows() =>
        AssertNone(
            from reference in Library.References
            let source = Rooms.From(reference)
            let target = Rooms.To(reference)
            where source is not null && target is not null && source != target
            where !Rooms.MayKnow.GetValueOrDefault(source, []).Contains(target)
            select reference);

    [TestMethod]
    public void References_ToTorchSharp_StayInTheRoomsThatTrain() =>
        AssertNone(
            from reference in Library.References
            where IsTorch(reference)
            where !Rooms.WithTorch.Contains(Rooms.From(reference))
            select reference);

    [TestMethod]
    public void References_ToMLNetInternals_StayInTheRootAndMLNetInternals()
    {
        using var mlnet = new MLNetSurface();
        AssertNone(
            from reference in Library.References
            where MLNetSurface.Holds(reference.ToAssembly)
            where Rooms.From(reference) is { } room && !Rooms.InsideMLNet.Contains(room)
            where mlnet.Find(reference) == Visibility.NonPublic
            select reference);
    }

    [TestMethod]
    public void References_ToDataViews_StayAboveTraining() =>
        AssertNone(
            from reference in Library.References
            where reference.ToAssembly is "Microsoft.ML.DataView" or "Microsoft.ML.Data"
            where Rooms.WithoutDataViews.Contains(Rooms.From(reference))
            select reference);

    /// <summary>The rules above would also pass if the library's references were not found.</summary>
    [TestMethod]
    public void References_OfALibraryThatTrains_AreSeen()
    {
        if (!Library.Assembly.GetReferencedAssemblies().Any(name => name.Name == "TorchSharp"))
        {
            Assert.Inconclusive("The library does not train yet.");
        }

        Reference[] ofTraining =
            [.. Library.References.Where(reference => Rooms.From(reference) == Rooms.Training)];
        Assert.Contains(IsTorch, ofTraining);
        Assert.Contains(reference => Rooms.To(reference) == "Networks", ofTraining);
    }

    private static bool IsTorch(Reference reference) =>
        reference.ToAssembly.StartsWith("TorchSharp", StringComparison.Ordinal);

    private static void AssertNone(IEnumerable<Reference> offences)
    {
        string[] all = [.. offences.Select(offence => offence.ToString()).Order(StringComparer.Ordinal)];
        Assert.IsEmpty(all, $"{Environment.NewLine}{string.Join(Environment.NewLine, all)}{Environment.NewLine}");
    }
}
