using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Spiking.Tests.Architecture;
using Microsoft.ML.Spiking.Tests.MLNetInternals;
using OrdinaryConsumer.Own;

// Not in a namespace below Microsoft.ML, because no consumer is.
namespace OrdinaryConsumer;

/// <summary>A project that references the library sees only the public part of ML.NET.</summary>
[TestClass]
public sealed class OrdinaryConsumerTests
{
    /// <summary>
    /// The name would be ambiguous (CS0104), and this project would not compile, if ML.NET's own
    /// ModelLoadContext were visible here.
    /// </summary>
    [TestMethod]
    public void ModelLoadContext_InAConsumersCode_IsTheConsumersOwn()
    {
        Assert.AreEqual("OrdinaryConsumer.Own", typeof(ModelLoadContext).Namespace);
        Assert.IsNotNull(typeof(MLContext).Assembly);
    }

    [TestMethod]
    [DataRow("Microsoft.ML.Core")]
    [DataRow("Microsoft.ML.Data")]
    [DataRow("Microsoft.ML.CpuMath")]
    public void Assemblies_BesideAConsumer_StillHaveInternalTypes(string assembly)
    {
        using var mlnet = new MLNetSurface();

        Assert.IsGreaterThan(0, mlnet.CountNonPublicTypes(assembly));
    }

    /// <summary>The library's compiler treats ML.NET's internal types as public and lets them through.</summary>
    [TestMethod]
    public void PublicMembers_OfTheLibrary_NameOnlyTypesThatAConsumerSees()
    {
        string[] unseen = [.. Library.Assembly.GetExportedTypes()
            .SelectMany(type => type.GetMembers().SelectMany(Mentioned).Append(type.BaseType ?? typeof(object)))
            .Where(type => !type.IsVisible)
            .Select(type => type.ToString()).Distinct()];

        Assert.IsEmpty(unseen, string.Join(", ", unseen));
    }

    private static IEnumerable<Type> Mentioned(MemberInfo member) => member switch
    {
        MethodInfo method =>
            [method.ReturnType, .. method.GetParameters().Select(parameter => parameter.ParameterType)],
        ConstructorInfo constructor => constructor.GetParameters().Select(parameter => parameter.ParameterType),
        FieldInfo field => [field.FieldType],
        _ => [],
    };
}
