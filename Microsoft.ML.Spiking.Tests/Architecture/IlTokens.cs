using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace Microsoft.ML.Spiking.Tests.Architecture;

/// <summary>The metadata tokens among the operands of a method's instructions.</summary>
internal static class IlTokens
{
    private const byte TwoByteOpCode = 0xFE;

    private static readonly Dictionary<short, OperandType> OperandTypes = typeof(OpCodes).GetFields()
        .Select(field => field.GetValue(null)).OfType<OpCode>()
        .ToDictionary(code => code.Value, code => code.OperandType);

    public static List<EntityHandle> In(BlobReader il)
    {
        List<EntityHandle> tokens = [];
        while (il.RemainingBytes > 0)
        {
            short code = il.ReadByte();
            if (code == TwoByteOpCode)
            {
                code = unchecked((short)((TwoByteOpCode << 8) | il.ReadByte()));
            }

            switch (OperandTypes[code])
            {
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineSig
                    or OperandType.InlineTok or OperandType.InlineType:
                    tokens.Add(MetadataTokens.EntityHandle(il.ReadInt32()));
                    break;
                case OperandType.InlineSwitch:
                    int targets = il.ReadInt32();
                    il.Offset += targets * sizeof(int);
                    break;
                case OperandType other:
                    il.Offset += Size(other);
                    break;
            }
        }

        return tokens;
    }

    private static int Size(OperandType operand) => operand switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineBrTarget or OperandType.InlineI or OperandType.InlineString or OperandType.ShortInlineR => 4,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        _ => throw new NotSupportedException($"Instruction operand {operand}."),
    };
}
