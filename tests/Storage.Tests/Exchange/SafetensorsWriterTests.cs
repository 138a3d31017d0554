using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using LogitLens.Storage.Exchange;

namespace LogitLens.Storage.Tests.Exchange;

public sealed class SafetensorsWriterTests
{
    private static readonly SafetensorsTensor[] Tensors = [new("a", "F32", 2, 2), new("b", "I32", 3), new("c", "U8", 0)];

    [Fact]
    public void Write_PiecesInAnyOrder_LieWhereTheHeaderSays()
    {
        using var stream = new MemoryStream();
        var writer = new SafetensorsWriter(stream, new Dictionary<string, string> { ["prompt"] = "what “is” this?" }, Tensors);

        writer.Write<int>("b", 1, [2, 3]);
        writer.Write<float>("a", 2, [3, 4]);
        writer.Write<int>("b", 0, [1]);
        writer.Write<float>("a", 0, [1, 2]);
        writer.Complete();

        var bytes = stream.ToArray();
        var length = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        Assert.Equal(0, length % 8);
        using var header = JsonDocument.Parse(bytes.AsMemory(8, length));
        Assert.Equal("what “is” this?", header.RootElement.GetProperty("__metadata__").GetProperty("prompt").GetString());
        Assert.Equal([0, 16], header.RootElement.GetProperty("a").GetProperty("data_offsets").EnumerateArray().Select(value => value.GetInt32()));
        Assert.Equal([16, 28], header.RootElement.GetProperty("b").GetProperty("data_offsets").EnumerateArray().Select(value => value.GetInt32()));
        Assert.Equal([28, 28], header.RootElement.GetProperty("c").GetProperty("data_offsets").EnumerateArray().Select(value => value.GetInt32()));
        Assert.Equal([.. new[] { 1f, 2, 3, 4 }.SelectMany(BitConverter.GetBytes), .. new[] { 1, 2, 3 }.SelectMany(BitConverter.GetBytes)], bytes[(8 + length)..]);
        Assert.Contains("“is”", Encoding.UTF8.GetString(bytes, 8, length), StringComparison.Ordinal);
    }

    [Fact]
    public void Complete_WithATensorInPart_Throws()
    {
        using var stream = new MemoryStream();
        var writer = new SafetensorsWriter(stream, new Dictionary<string, string>(), Tensors);
        writer.Write<float>("a", 0, [1, 2, 3, 4]);
        writer.Write<int>("b", 0, [1]);

        Assert.Contains("Of b, 4 of 12 bytes", Assert.Throws<InvalidOperationException>(writer.Complete).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_BeyondTheTensorOrOfAnotherSize_Throws()
    {
        using var stream = new MemoryStream();
        var writer = new SafetensorsWriter(stream, new Dictionary<string, string>(), Tensors);

        Assert.Throws<ArgumentException>(() => writer.Write<float>("a", 3, [1, 2]));
        Assert.Throws<ArgumentException>(() => writer.Write<byte>("a", 0, [1]));
        Assert.Throws<ArgumentException>(() => writer.Write<float>("a", -1, [1]));
    }
}
