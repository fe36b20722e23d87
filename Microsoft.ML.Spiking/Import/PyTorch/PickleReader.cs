using System.Buffers.Binary;
using System.Text;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.Import.PyTorch;

/// <summary>
/// A reader of those pickles alone that torch.save writes for dictionaries of tensors. A pickle is a program that may
/// call any function of Python; this reader has no functions: it knows the few names of <see cref="PickleNames"/> and
/// what data they stand for, and refuses all others where they are named. Memory is bounded by the pickle's length,
/// which its caller bounds.
/// </summary>
/// <remarks>Source: Python's pickletools, which documents the instructions.</remarks>
internal sealed class PickleReader
{
    private static readonly object Mark = new();

    private readonly byte[] _pickle;
    private readonly List<object?> _stack = [];
    private readonly Dictionary<long, object?> _memo = [];
    private int _position;

    private PickleReader(byte[] pickle) => _pickle = pickle;

    /// <summary>Reads a pickle.</summary>
    /// <param name="pickle">All of it.</param>
    /// <returns>
    /// A <see cref="PickledDictionary"/>, <see cref="PickledTensor"/>, list, tuple (an array), text, number or null.
    /// </returns>
    /// <exception cref="FormatException">It is damaged, or holds anything but data.</exception>
    public static object? Read(byte[] pickle) => new PickleReader(pickle).Run();

    private object? Run()
    {
        while (true)
        {
            int start = _position;
            byte code = Byte();
            switch (code)
            {
                case (byte)'.': // STOP
                    return Pop();
                case 0x80: // PROTO
                    Byte();
                    break;
                case 0x95: // FRAME
                    Bytes(sizeof(long));
                    break;
                case (byte)'c': // GLOBAL
                    Push(PickleNames.Find(Line(), Line(), start));
                    break;
                case 0x93: // STACK_GLOBAL
                    (object? name, object? module) = (Pop(), Pop());
                    Push(PickleNames.Find(module as string ?? "?", name as string ?? "?", start));
                    break;
                case (byte)'R': // REDUCE
                    (object? arguments, object? function) = (Pop(), Pop());
                    Push(PickleNames.Apply(function, arguments, start));
                    break;
                case (byte)'b': // BUILD
                    Pop();
                    if (Top() is not PickledDictionary)
                    {
                        throw Fault(start, "sets the state of something that is not a dictionary");
                    }
                    break;
                case (byte)'Q': // BINPERSID
                    Push(PickleNames.Storage(Pop(), start));
                    break;
                default:
                    if (!Value(code) && !Collection(code, start))
                    {
                        throw Fault(start, Invariant($"has the instruction 0x{code:X2}"));
                    }
                    break;
            }
        }
    }

    private bool Value(byte code)
    {
        switch (code)
        {
            case (byte)'N':
                Push(null);
                return true;
            case 0x88 or 0x89: // NEWTRUE, NEWFALSE
                Push(code == 0x88);
                return true;
            case (byte)'J': // BININT
                Push((long)BinaryPrimitives.ReadInt32LittleEndian(Bytes(sizeof(int))));
                return true;
            case (byte)'K': // BININT1
                Push((long)Byte());
                return true;
            case (byte)'M': // BININT2
                Push((long)BinaryPrimitives.ReadUInt16LittleEndian(Bytes(sizeof(ushort))));
                return true;
            case (byte)'G': // BINFLOAT
                Push(BinaryPrimitives.ReadDoubleBigEndian(Bytes(sizeof(double))));
                return true;
            case 0x8a: // LONG1
                Push(Long(Byte()));
                return true;
            case (byte)'X': // BINUNICODE
                Push(Text(BinaryPrimitives.ReadUInt32LittleEndian(Bytes(sizeof(uint)))));
                return true;
            case 0x8c: // SHORT_BINUNICODE
                Push(Text(Byte()));
                return true;
            default:
                return false;
        }
    }

    private bool Collection(byte code, int start)
    {
        switch (code)
        {
            case (byte)'(':
                _stack.Add(Mark);
                return true;
            case (byte)'}':
                Push(new PickledDictionary());
                return true;
            case (byte)']':
                Push(new List<object?>());
                return true;
            case (byte)')':
                Push(Array.Empty<object?>());
                return true;
            case (byte)'t': // TUPLE
                Push(PopToMark());
                return true;
            case 0x85 or 0x86 or 0x87: // TUPLE1 to TUPLE3
                object?[] tuple = new object?[code - 0x84];
                for (int i = tuple.Length - 1; i >= 0; i--)
                {
                    tuple[i] = Pop();
                }
                Push(tuple);
                return true;
            case (byte)'a' or (byte)'e': // APPEND, APPENDS
                object?[] items = code == 'a' ? [Pop()] : PopToMark();
                (Top() as List<object?> ?? throw Fault(start, "appends to something that is not a list"))
                    .AddRange(items);
                return true;
            case (byte)'s' or (byte)'u': // SETITEM, SETITEMS
                object?[] pairs = code == 'u' ? PopToMark() : [Pop(), Pop()];
                if (code == 's')
                {
                    Array.Reverse(pairs);
                }
                if (Top() is not PickledDictionary dictionary || pairs.Length % 2 != 0)
                {
                    throw Fault(start, "sets an item of something that is not a dictionary");
                }
                dictionary.AddRange(pairs.Chunk(2).Select(pair => (pair[0], pair[1])));
                return true;
            case (byte)'q' or (byte)'r' or 0x94: // BINPUT, LONG_BINPUT, MEMOIZE
                _memo[code == 0x94 ? _memo.Count : Index(code == 'q')] = Top();
                return true;
            case (byte)'h' or (byte)'j': // BINGET, LONG_BINGET
                Push(_memo.TryGetValue(Index(code == 'h'), out object? kept) ? kept
                    : throw Fault(start, "reads a part of its memory that is not there"));
                return true;
            default:
                return false;
        }
    }

    private long Index(bool isShort) =>
        isShort ? Byte() : BinaryPrimitives.ReadUInt32LittleEndian(Bytes(sizeof(uint)));

    private long Long(int length)
    {
        if (length > sizeof(long))
        {
            throw Fault(_position, Invariant($"has a whole number of {length} bytes; at most 8 are read"));
        }
        long value = 0;
        ReadOnlySpan<byte> bytes = Bytes(length);
        for (int i = length - 1; i >= 0; i--)
        {
            value = (value << 8) | bytes[i];
        }
        int unused = 64 - (8 * length);
        return length is 0 or sizeof(long) ? value : value << unused >> unused;
    }

    private string Text(long length) => Encoding.UTF8.GetString(Bytes(length));

    private string Line()
    {
        int end = Array.IndexOf(_pickle, (byte)'\n', _position);
        if (end < 0)
        {
            throw Fault(_position, "ends within a name");
        }
        string line = Encoding.UTF8.GetString(_pickle, _position, end - _position);
        _position = end + 1;
        return line;
    }

    private byte Byte() => Bytes(1)[0];

    private ReadOnlySpan<byte> Bytes(long count)
    {
        if (count > _pickle.Length - _position)
        {
            throw Fault(_position,
                Invariant($"announces {count:N0} bytes, and {_pickle.Length - _position:N0} are left"));
        }
        _position += (int)count;
        return _pickle.AsSpan(_position - (int)count, (int)count);
    }

    private void Push(object? value) => _stack.Add(value);

    private object? Top() => _stack.Count > 0 ? _stack[^1] : throw Fault(_position, "takes from an empty stack");

    private object? Pop()
    {
        object? top = Top();
        _stack.RemoveAt(_stack.Count - 1);
        return top;
    }

    private object?[] PopToMark()
    {
        int mark = _stack.LastIndexOf(Mark);
        if (mark < 0)
        {
            throw Fault(_position, "takes from an empty stack");
        }
        object?[] items = [.. _stack.Skip(mark + 1)];
        _stack.RemoveRange(mark, _stack.Count - mark);
        return items;
    }

    internal static FormatException Fault(int position, string what) => new(
        Invariant($"its pickle {what}, at byte {position:N0}; only dictionaries of tensors are read, as ") +
        "torch.save(model.state_dict(), path) writes them");
}
