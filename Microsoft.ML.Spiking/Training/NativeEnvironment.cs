using System.Runtime.InteropServices;

namespace Microsoft.ML.Spiking.Training;

/// <summary>
/// The environment as native libraries see it; .NET's own variables are a copy that they do not look at. Only where
/// <see cref="GlibcHeap.IsThere"/>.
/// </summary>
internal static partial class NativeEnvironment
{
    /// <summary>The value of a variable; null where it is not set.</summary>
    public static string? Get(string name) => Marshal.PtrToStringUTF8(GetEnvironment(name));

    /// <summary>Sets a variable; false where that fails.</summary>
    public static bool Set(string name, string value) => SetEnvironment(name, value, overwrite: 1) == 0;

    [LibraryImport(GlibcHeap.Library, EntryPoint = "getenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetEnvironment(string name);

    [LibraryImport(GlibcHeap.Library, EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
