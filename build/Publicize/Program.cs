// publicize --out FOLDER ASSEMBLY...
// Copies assemblies and, in the copies, marks internal types and members as public (and private protected ones as protected).
// The copies are compiled against and never shipped: at run time the real assemblies are used, and
// [assembly: IgnoresAccessChecksTo] makes the runtime skip the same checks. Visibility is a few bits in a metadata row
// (ECMA-335, II.22.37, II.22.26 and II.22.15), so they are flipped in place and nothing moves.

using System.Buffers.Binary;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

if (args is not ["--out", var folder, .. var assemblies] || assemblies.Length == 0)
{
    Console.Error.WriteLine("usage: publicize --out FOLDER ASSEMBLY...");
    return 2;
}

Directory.CreateDirectory(folder);
foreach (string path in assemblies)
{
    byte[] image = File.ReadAllBytes(path);
    Publicize(image);
    File.WriteAllBytes(Path.Combine(folder, Path.GetFileName(path)), image);
}

return 0;

static void Publicize(byte[] image)
{
    using var pe = new PEReader(new MemoryStream((byte[])image.Clone()));
    var metadata = pe.GetMetadataReader();
    foreach (var handle in metadata.TypeDefinitions)
    {
        var type = metadata.GetTypeDefinition(handle);
        if (metadata.GetString(type.Name) == "<Module>") continue;
        var visible = type.IsNested ? TypeAttributes.NestedPublic : TypeAttributes.Public;
        int flags = Row(TableIndex.TypeDef, handle);
        BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(flags), (uint)(type.Attributes & ~TypeAttributes.VisibilityMask | visible));

        foreach (var method in type.GetMethods())
        {
            const int RvaAndImplFlags = 4 + 2;
            var attributes = metadata.GetMethodDefinition(method).Attributes;
            WriteAccess(Row(TableIndex.MethodDef, method) + RvaAndImplFlags, (ushort)attributes);
        }

        foreach (var field in type.GetFields())
        {
            WriteAccess(Row(TableIndex.Field, field), (ushort)metadata.GetFieldDefinition(field).Attributes);
        }
    }

    int Row(TableIndex table, EntityHandle handle) =>
        pe.PEHeaders.MetadataStartOffset + metadata.GetTableMetadataOffset(table)
        + (MetadataTokens.GetRowNumber(handle) - 1) * metadata.GetTableRowSize(table);

    // Methods and fields share these values. Private members stay private, or explicit interface members would become ambiguous.
    void WriteAccess(int offset, ushort attributes)
    {
        var access = (MethodAttributes)attributes & MethodAttributes.MemberAccessMask;
        var wider = access switch
        {
            MethodAttributes.Assembly => MethodAttributes.Public,
            MethodAttributes.FamANDAssem or MethodAttributes.FamORAssem => MethodAttributes.Family,
            _ => access,
        };
        BinaryPrimitives.WriteUInt16LittleEndian(
            image.AsSpan(offset), (ushort)(attributes & ~(ushort)MethodAttributes.MemberAccessMask | (ushort)wider));
    }
}
