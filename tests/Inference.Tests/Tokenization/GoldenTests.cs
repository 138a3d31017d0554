using System.Text.Json;
using LogitLens.Inference.Tokenization;
using Microsoft.ML.Tokenizers;

namespace LogitLens.Inference.Tests.Tokenization;

/// <summary>Ids, decoded texts and pieces, equal to transformers' for every text of the goldens.</summary>
public sealed class GoldenTests
{
    /// <summary>Each golden, and the files left out: without <c>tokenizer.model</c> the same answers must come out of
    /// <c>tokenizer.json</c>.</summary>
    public static TheoryData<string, string> Tokenizers => new()
    {
        { "mistral-v1", "" },
        { "mistral-v1", "tokenizer.json" },
        { "mistral-v1", "tokenizer.model" },
        { "small-sp", "" },
        { "small-sp", "tokenizer.json" },
        { "small-sp", "tokenizer.model" },
        { "llama2", "" },
        { "small-bytes", "" },
    };

    [Theory]
    [MemberData(nameof(Tokenizers))]
    public void Encode_GoldenTexts_EqualsTransformers(string name, string leftOut)
    {
        using var golden = Golden.Open(name, leftOut);
        var differences = new List<string>();
        var count = 0;
        foreach (var entry in golden.Items("texts"))
        {
            var text = entry.GetProperty("text").GetString()!;
            int[] expected = [.. entry.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];
            var actual = golden.Tokenizer.Encode(text);
            if (!expected.SequenceEqual(actual))
            {
                differences.Add($"{JsonSerializer.Serialize(text)}: {string.Join(',', actual)} instead of {string.Join(',', expected)}");
            }

            count++;
        }

        Assert.Empty(differences);
        Assert.Equal(47, count);
    }

    [Theory]
    [MemberData(nameof(Tokenizers))]
    public void Decode_GoldenIds_EqualsTransformers(string name, string leftOut)
    {
        using var golden = Golden.Open(name, leftOut);
        var differences = new List<string>();
        foreach (var entry in golden.Items("texts"))
        {
            var expected = entry.GetProperty("decoded").GetString()!;
            var actual = golden.Tokenizer.Decode([.. entry.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())]);
            if (expected != actual)
            {
                differences.Add($"{JsonSerializer.Serialize(actual)} instead of {JsonSerializer.Serialize(expected)}");
            }
        }

        Assert.Empty(differences);
    }

    [Theory]
    [MemberData(nameof(Tokenizers))]
    public void Tokens_GoldenPieces_EqualTransformers(string name, string leftOut)
    {
        using var golden = Golden.Open(name, leftOut);
        var differences = new List<string>();
        var count = 0;
        foreach (var entry in golden.Items("pieces"))
        {
            var id = entry.GetProperty("id").GetInt32();
            var piece = entry.GetProperty("piece").GetString();
            var text = entry.GetProperty("text").GetString();
            if (golden.Tokenizer.Tokens[id].Piece != piece || golden.Tokenizer.Decode([id]) != text)
            {
                differences.Add($"{id}: {golden.Tokenizer.Tokens[id]} instead of {piece} / {JsonSerializer.Serialize(text)}");
            }

            count++;
        }

        Assert.Empty(differences);
        Assert.True(count > 1000);
    }

    /// <summary>What a token's entry says it decodes to inside a text is what it decodes to inside one.</summary>
    [Theory]
    [MemberData(nameof(Tokenizers))]
    public void Tokens_Text_IsWhatFollowsAnotherToken(string name, string leftOut)
    {
        using var golden = Golden.Open(name, leftOut);
        var first = golden.Tokenizer.Encode("a")[^1];
        var before = golden.Tokenizer.Decode([first]);
        Assert.All(golden.Tokenizer.Tokens, token => Assert.Equal(before + token.Text, golden.Tokenizer.Decode([first, token.Id])));
    }

    /// <summary>The tables made from both forms of the same tokenizer are the same.</summary>
    [Theory]
    [InlineData("mistral-v1")]
    [InlineData("small-sp")]
    public void Tokens_EitherForm_AreEqual(string name)
    {
        using var model = Golden.Open(name, "tokenizer.json");
        using var json = Golden.Open(name, "tokenizer.model");
        Assert.Equal(model.Tokenizer.Tokens, json.Tokenizer.Tokens);
    }

    /// <summary>transformers writes the merges it makes of SentencePiece's scores into <c>tokenizer.json</c>; ours are the same ones in the same
    /// order.</summary>
    [Theory]
    [InlineData("mistral-v1")]
    [InlineData("small-sp")]
    public void Read_SentencePieceScores_GiveTransformersMerges(string name)
    {
        var folder = SharedFolder.Require($"goldens/tokenizers/{name}");
        var model = Path.Combine(folder, "tokenizer.model");
        var actual = SentencePieceFile.Read(model, File.ReadAllBytes(model)).Merges;
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "tokenizer.json")));
        var expected = json.RootElement.GetProperty("model").GetProperty("merges").EnumerateArray().Select(merge => (merge[0].GetString()!, merge[1].GetString()!));
        Assert.Equal(expected, actual);
    }

    /// <summary>Cutting where no merge reaches across changes nothing: the library gives the same ids for a text as a whole.</summary>
    [Theory]
    [InlineData("mistral-v1")]
    [InlineData("llama2")]
    [InlineData("small-sp")]
    public void Encode_CutRuns_EqualTheUncutWord(string name)
    {
        var folder = SharedFolder.Require($"goldens/tokenizers/{name}");
        var model = Path.Combine(folder, "tokenizer.model");
        var vocabulary = SentencePieceFile.Read(model, File.ReadAllBytes(model));
        var merger = new PieceMerger(vocabulary, model);
        var whole = BpeTokenizer.Create(new BpeOptions(vocabulary.Ids) { Merges = vocabulary.Merges.Select(merge => $"{merge.Left} {merge.Right}") });
        string[] known = [.. vocabulary.Ids.Where(piece => piece.Key.Length < 6 && !BytePiece.TryRead(piece.Key, out _)).Select(piece => piece.Key)];
        known = [.. known.Where(piece => piece.EnumerateRunes().All(rune => vocabulary.Ids.ContainsKey(rune.ToString())))];
        var random = new Random(11);
        for (var i = 0; i < 300; i++)
        {
            // Few different pieces a text, so that they meet in every order.
            var few = Enumerable.Range(0, 1 + random.Next(12)).Select(_ => known[random.Next(known.Length)]).ToArray();
            var text = string.Concat(Enumerable.Range(0, 1 + random.Next(80)).Select(_ => few[random.Next(few.Length)]));
            var ids = new List<int>();
            merger.Encode(text, ids);
            Assert.Equal(whole.EncodeToIds(text, considerPreTokenization: false, considerNormalization: false), ids);
        }
    }

    /// <summary>With one picture placeholder expanded to its 576 patches, the prompt's ids are the processor's.</summary>
    [Fact]
    public void Encode_LlavaPrompt_EqualsProcessorIds()
    {
        var folder = SharedFolder.Require("goldens/llava-1.5");
        var tokenizer = CheckpointTokenizer.Open(Path.Combine(folder, "checkpoint"), 32064);
        var image = tokenizer.FindSpecial("<image>");
        Assert.Equal(32000, image);

        var ids = tokenizer.Encode("USER: <image>\nDescribe the image. ASSISTANT:");

        Assert.Single(ids, id => id == image);
        var expanded = ids.SelectMany(id => Enumerable.Repeat((long)id, id == image ? 576 : 1));
        Assert.Equal(ReadIds(Path.Combine(folder, "chelsea", "golden.safetensors"), "input_ids"), expanded);
    }

    /// <summary>Every model's golden prompt: its ids are the processor's, but for the placeholder that the processor repeats.</summary>
    [Theory]
    [InlineData("experiments")]
    [InlineData("bakllava")]
    [InlineData("vip-llava")]
    [InlineData("llava-interleave")]
    [InlineData("llava-next")]
    [InlineData("llava-onevision")]
    public void Encode_ModelPrompts_EqualProcessorIds(string name)
    {
        var folder = SharedFolder.Require($"goldens/{name}");
        using var config = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "checkpoint", "config.json")));
        using var cases = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "cases.json")));
        var size = config.RootElement.GetProperty("text_config").GetProperty("vocab_size").GetInt32();
        var image = config.RootElement.GetProperty("image_token_index").GetInt32();
        var tokenizer = CheckpointTokenizer.Open(Path.Combine(folder, "checkpoint"), size);
        Assert.Equal(image, tokenizer.FindSpecial("<image>"));

        foreach (var entry in cases.RootElement.GetProperty("cases").EnumerateArray())
        {
            var picture = Path.GetFileNameWithoutExtension(entry.GetProperty("picture").GetString()!);
            var ids = ReadIds(Path.Combine(folder, picture, "golden.safetensors"), "input_ids");
            var collapsed = ids.Where((id, i) => i == 0 || id != image || ids[i - 1] != image);
            Assert.Equal(collapsed, tokenizer.Encode(entry.GetProperty("prompt").GetString()!).Select(id => (long)id));
        }
    }

    private static List<long> ReadIds(string path, string name)
    {
        var bytes = File.ReadAllBytes(path);
        var headerLength = checked((int)BitConverter.ToInt64(bytes));
        using var header = JsonDocument.Parse(bytes.AsMemory(8, headerLength));
        var tensor = header.RootElement.GetProperty(name);
        var start = 8 + headerLength + tensor.GetProperty("data_offsets")[0].GetInt32();
        var end = 8 + headerLength + tensor.GetProperty("data_offsets")[1].GetInt32();
        var width = tensor.GetProperty("dtype").GetString() == "I64" ? 8 : 4;
        return [.. Enumerable.Range(0, (end - start) / width).Select(i => width == 8 ? BitConverter.ToInt64(bytes, start + (8 * i)) : BitConverter.ToInt32(bytes, start + (4 * i)))];
    }

    /// <summary>A golden and the tokenizer it is the answer sheet of. The folder is read where it lies unless a file is to be left out.</summary>
    private sealed class Golden : IDisposable
    {
        private readonly JsonDocument _document;
        private readonly TokenizerFolder? _copy;

        private Golden(string folder, string leftOut)
        {
            _document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "golden.json")));
            _copy = leftOut.Length == 0 ? null : TokenizerFolder.CopyOf(folder, leftOut, "golden.json");
            Tokenizer = CheckpointTokenizer.Open(_copy?.Path ?? folder, _document.RootElement.GetProperty("size").GetInt32());
        }

        public CheckpointTokenizer Tokenizer { get; }

        public static Golden Open(string name, string leftOut) => new(SharedFolder.Require($"goldens/tokenizers/{name}"), leftOut);

        public JsonElement.ArrayEnumerator Items(string name) => _document.RootElement.GetProperty(name).EnumerateArray();

        public void Dispose()
        {
            _document.Dispose();
            _copy?.Dispose();
        }
    }
}
