using System.Buffers.Binary;
using System.Text;

namespace Microsoft.ML.Spiking.Tests.Training.Cuda;

/// <summary>A kernel's machine code, and its needs for each thread.</summary>
/// <param name="Name">The kernel's name.</param>
/// <param name="Registers">Registers of 32 bits.</param>
/// <param name="LocalBytes">Local memory, which lies outside of the processor: arrays and spilled registers.</param>
internal readonly record struct CubinKernel(string Name, int Registers, int LocalBytes);

/// <summary>
/// Reads a cubin, NVIDIA's machine code: an ELF file of 64 bits with a section of code for each kernel. Its numbers are
/// REG and STACK as <c>cuobjdump -res-usage</c> prints them.
/// </summary>
internal static class CubinReader
{
    private const string Code = ".text.";

    // Attributes of .nv.info: a form, a kind, and 16 bits that are a value or the number of bytes that follow.
    private const byte FollowedByBytes = 4;
    private const byte FrameSize = 0x11;
    private const byte RegisterCount = 0x2f;

    private const int SymbolBytes = 24;

    /// <summary>Returns the kernels; fails the test where they cannot be read.</summary>
    public static IReadOnlyList<CubinKernel> Read(byte[] cubin)
    {
        Assert.AreSequenceEqual("\u007fELF\u0002\u0001"u8.ToArray(), cubin[..6], "no ELF file of 64 bits");
        Section[] sections = Sections(cubin);
        Section symbols = sections.Single(section => section.Name == ".symtab");
        Section info = sections.Single(section => section.Name == ".nv.info");
        var values = new Dictionary<(byte Kind, int Section), int>();
        for (int at = info.Start; at < info.Start + info.Length;)
        {
            int length = cubin[at] == FollowedByBytes ? Word16(cubin, at + 2) : 0;
            byte kind = cubin[at + 1];
            if (kind is FrameSize or RegisterCount)
            {
                int symbol = symbols.Start + (SymbolBytes * Word32(cubin, at + 4));
                values[(kind, Word16(cubin, symbol + 6))] = Word32(cubin, at + 8);
            }
            at += 4 + length;
        }
        return
        [
            .. sections.Index().Where(section => section.Item.Name.StartsWith(Code, StringComparison.Ordinal))
                .Select(section => new CubinKernel(section.Item.Name[Code.Length..],
                    values[(RegisterCount, section.Index)], values[(FrameSize, section.Index)])),
        ];
    }

    private static Section[] Sections(byte[] cubin)
    {
        int first = Word32(cubin, 0x28), size = Word16(cubin, 0x3a), count = Word16(cubin, 0x3c);
        int names = Word32(cubin, first + (size * Word16(cubin, 0x3e)) + 0x18);
        var sections = new Section[count];
        for (int i = 0; i < count; i++)
        {
            int at = first + (size * i), name = names + Word32(cubin, at);
            string text = Encoding.ASCII.GetString(cubin, name, Array.IndexOf(cubin, (byte)0, name) - name);
            sections[i] = new(text, Word32(cubin, at + 0x18), Word32(cubin, at + 0x20));
        }
        return sections;
    }

    private static int Word16(byte[] bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at));

    private static int Word32(byte[] bytes, int at) => BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at));

    private readonly record struct Section(string Name, int Start, int Length);
}
