using LogitLens.Inference.Checkpoints;

namespace LogitLens.Inference.Tests.Checkpoints;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly CheckpointFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_EachType_GivesItsNumbers()
    {
        var floats = new byte[12];
        foreach (var (i, value) in ((float[])[1.5f, -0f, 1e-40f]).Index())
        {
            BitConverter.TryWriteBytes(floats.AsSpan(4 * i), value);
        }

        using var file = Open(StoredWeights.File(
            ("float", "F32", [3], floats),
            ("half", "F16", [2, 2], StoredWeights.Halves(0x3c00, 0xc000, 0x0001, 0x7c00)),
            ("brain", "BF16", [1], StoredWeights.Halves(0xc049)),
            ("none", "F16", [0, 5], [])));

        Assert.Equal([1.5f, -0f, 1e-40f], Read(file, "float"));
        Assert.Equal([1f, -2f, 5.9604644775390625e-8f, float.PositiveInfinity], Read(file, "half"));
        Assert.Equal([-3.140625f], Read(file, "brain"));
        Assert.Empty(Read(file, "none"));
        Assert.Equal([2, 2], file.Tensors["half"].Shape);
    }

    [Fact]
    public void Read_LargerThanTheBuffer_GivesEveryNumber()
    {
        const int Count = (1 << 20) + 12345;
        var bits = Enumerable.Range(0, Count).Select(i => (ushort)(i % 0x7c00)).ToArray();
        using var file = Open(StoredWeights.File(("first", "F16", [1], StoredWeights.Halves(0)), ("big", "F16", [Count], StoredWeights.Halves(bits))));
        var result = Read(file, "big");
        for (var i = 0; i < Count; i++)
        {
            Assert.Equal((float)BitConverter.UInt16BitsToHalf(bits[i]), result[i]);
        }
    }

    [Theory]
    [InlineData("F32")]
    [InlineData("F16")]
    public void Read_FileCutShortAfterOpening_IsRefused(string type)
    {
        using var file = Open(StoredWeights.File(("a", type, [1000], new byte[type == "F32" ? 4000 : 2000])));
        _folder.CutShort("model.safetensors");

        var refusal = Assert.Throws<RefusedInputException>(() => Read(file, "a"));
        Assert.Contains("model.safetensors", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("cut short", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "claims a header of 0 bytes")]
    [InlineData("  ", "not valid JSON")]
    [InlineData("[]", "no JSON object")]
    [InlineData("{ ", "not valid JSON")]
    [InlineData("{} x", "not valid JSON")]
    [InlineData("""{"a":[[[[[[[[[[]]]]]]]]]]}""", "something else than an object")]
    [InlineData("""{"a":{"x":[[[[[[[[[[]]]]]]]]]]}}""", "not valid JSON")]
    [InlineData("""{"a":1}""", "tensor a is described by something else")]
    [InlineData("""{"\ud800":{}}""", "not valid JSON")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1]}}""", "tensor a lacks dtype, shape or data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "tensor a is named twice")]
    [InlineData("""{"a":{"dtype":"F32","dtype":"F16","shape":[2],"data_offsets":[0,8]}}""", "tensor a has no dtype that is one text")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"shape":[2],"data_offsets":[0,8]}}""", "tensor a has no shape that is one list")]
    [InlineData("""{"a":{"dtype":"Q4","shape":[2],"data_offsets":[0,8]}}""", "tensor a is stored as 'Q4'")]
    [InlineData("""{"a":{"dtype":7,"shape":[2],"data_offsets":[0,8]}}""", "tensor a has no dtype")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", "tensor a has no shape")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}""", "tensor a has no shape")]
    [InlineData("""{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,8]}}""", "tensor a has no shape")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,2],"data_offsets":[0,8]}}""", "tensor a has no shape")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}}""", "larger than the file")]
    [InlineData("""{"a":{"dtype":"F32","shape":[9223372036854775807],"data_offsets":[0,8]}}""", "larger than the file")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}""", "tensor a has no data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4,8]}}""", "tensor a has no data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}""", "tensor a has no data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", "tensor a ends at byte 0, before")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}""", "cut short: tensor a ends at byte 16")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[9223372036854775800,9223372036854775807]}}""", "cut short: tensor a")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}""", "tensor a has 8 bytes where")]
    [InlineData("""{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,8]}}""", "tensor a has 8 bytes where")]
    [InlineData("""{"a":{"dtype":"F16","shape":[1],"data_offsets":[0,2]},"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}""", "tensor b begins at byte 2, which is no multiple")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "tensor b begins at byte 4, inside another")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "tensor a begins at byte 4, which leaves bytes from 0")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "4 bytes after the last tensor belong to none")]
    public void Open_HostileHeader_IsRefusedInOneSentence(string header, string expected)
    {
        var refusal = Assert.Throws<RefusedInputException>(() => Open(StoredWeights.Raw(header, new byte[8])));
        Assert.Contains("model.safetensors", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
        Assert.EndsWith(".", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "too few")]
    [InlineData(7, "too few")]
    [InlineData(9, "too few")]
    [InlineData(100, "cut short")]
    public void Open_TooShort_IsRefused(int length, string expected)
    {
        var whole = StoredWeights.File(("a", "F32", [100], new byte[400]));
        var refusal = Assert.Throws<RefusedInputException>(() => Open(whole[..length]));
        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData(1UL << 63)]
    [InlineData(100_000_001UL)]
    [InlineData(50_000_000UL)]
    [InlineData(0UL)]
    public void Open_HeaderLengthThatLies_IsRefusedBeforeMemoryIsTaken(ulong length)
    {
        var file = StoredWeights.File(("a", "F32", [100], new byte[400]));
        BitConverter.TryWriteBytes(file, length);
        _folder.Write("model.safetensors", file);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var refusal = Assert.Throws<RefusedInputException>(() => SafetensorsFile.Open(_folder.At("model.safetensors")));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        Assert.Contains("claims a header", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NameOfAMillionCharacters_IsCutInTheSentence()
    {
        var name = new string('x', 1_000_000);
        var refusal = Assert.Throws<RefusedInputException>(() => Open(StoredWeights.Raw($$"""{"{{name}}":{} }""", [])));
        Assert.InRange(refusal.Message.Length, 1, 1000);
    }

    [Fact]
    public void Open_GitLfsPointer_SaysSo()
    {
        var refusal = Assert.Throws<RefusedInputException>(
            () => Open("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 4959398872\n"u8.ToArray()));
        Assert.Contains("git lfs pull", refusal.Message, StringComparison.Ordinal);
    }

    private static float[] Read(SafetensorsFile file, string name)
    {
        var result = new float[file.Tensors[name].Elements];
        file.Read(file.Tensors[name], 0, result);
        return result;
    }

    private SafetensorsFile Open(byte[] bytes) => SafetensorsFile.Open(_folder.Write("model.safetensors", bytes).At("model.safetensors"));
}
