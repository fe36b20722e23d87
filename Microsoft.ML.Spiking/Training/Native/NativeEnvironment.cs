using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Microsoft.ML.Spiking.Training.Native;

/// <summary>
/// Variables of the process's native environment, which libraries read with getenv while they are loaded. .NET's own
/// variables are a copy that they do not see.
/// </summary>
/// <remarks>
/// setenv may move or free the table of variables while another thread reads it. Here a longer copy of the table takes
/// its place in one store, and the old table, which has not been touched, returns afterwards. Neither is ever freed or
/// changed, so a reader sees one or the other.
/// </remarks>
internal static unsafe partial class NativeEnvironment
{
    private static readonly Lock Gate = new();

    // The address of "environ", where the program has one.
    private static readonly Lazy<nint> Table = new(() =>
        GlibcHeap.IsThere
            && NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), "environ", out nint address)
            ? address
            : 0);

    /// <summary>Returns a variable as native libraries see it; null where it is not set or not known.</summary>
    /// <param name="name">The variable.</param>
    public static string? Get(string name) =>
        GlibcHeap.IsThere ? Marshal.PtrToStringUTF8(GetVariable(name)) : Environment.GetEnvironmentVariable(name);

    /// <summary>Runs an action with further variables, and takes them back.</summary>
    /// <param name="variables">Variables that are not set.</param>
    /// <param name="action">The action; it runs in any case, without the variables where they cannot be set.</param>
    public static void Run(IReadOnlyCollection<KeyValuePair<string, string>> variables, Action action)
    {
        nint* table = (nint*)Table.Value;
        if (variables.Count == 0 || !GlibcHeap.IsThere || table == null || *table == 0)
        {
            action();
            return;
        }
        lock (Gate)
        {
            nint before = *table, with = Extended((nint*)before, variables);
            Volatile.Write(ref *table, with);
            try
            {
                action();
            }
            finally
            {
                // If another thread has set a variable meanwhile, the table is a copy of that thread's, which remains.
                if (Interlocked.CompareExchange(ref *table, before, with) != with)
                {
                    foreach ((string name, _) in variables)
                    {
                        _ = UnsetVariable(name);
                    }
                }
            }
        }
    }

    // Never freed: another thread may still be reading it.
    private static nint Extended(nint* table, IReadOnlyCollection<KeyValuePair<string, string>> variables)
    {
        int count = 0;
        while (table[count] != 0)
        {
            count++;
        }
        nint* extended = (nint*)System.Runtime.InteropServices.NativeMemory
            .Alloc((nuint)(count + variables.Count + 1), (nuint)sizeof(nint));
        new ReadOnlySpan<nint>(table, count).CopyTo(new(extended, count));
        foreach ((string name, string value) in variables)
        {
            extended[count++] = Marshal.StringToCoTaskMemUTF8($"{name}={value}");
        }
        extended[count] = 0;
        return (nint)extended;
    }

    [SupportedOSPlatform("linux")]
    [LibraryImport(GlibcHeap.Library, EntryPoint = "getenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetVariable(string name);

    [SupportedOSPlatform("linux")]
    [LibraryImport(GlibcHeap.Library, EntryPoint = "unsetenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int UnsetVariable(string name);
}
