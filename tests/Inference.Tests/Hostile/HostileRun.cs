using System.Text.Json.Nodes;
using LogitLens.Inference.Checkpoints;
using LogitLens.Inference.Imaging;
using LogitLens.Inference.Tests.Checkpoints;
using LogitLens.Inference.Tests.Tokenization;

namespace LogitLens.Inference.Tests.Hostile;

/// <summary>A small, complete checkpoint folder whose files are damaged one at a time and opened as the product opens them.</summary>
/// <remarks>
/// Promised of each: it opens, or it is refused in a sentence, and memory stays below <see cref="MostPerByte"/> times the folder's bytes plus
/// <see cref="Fixed"/>. The bound is on what is allocated in all, not on what is held at once, and a folder that opens is read several times over: config
/// for weights, tokenizer and template.
/// </remarks>
internal sealed class HostileRun : IDisposable
{
    /// <summary>Bytes allocated for each byte of the folder, at most.</summary>
    public const long MostPerByte = 60;

    /// <summary>Bytes allocated whatever the folder's size, at most.</summary>
    public const long Fixed = 512 << 10;

    public static readonly IReadOnlyList<HostileFile> Files =
    [
        new("model-00001-of-00003.safetensors", HostileForm.Safetensors),
        new("model-00002-of-00003.safetensors", HostileForm.Safetensors),
        new("model-00003-of-00003.safetensors", HostileForm.Safetensors),
        new(CheckpointFolder.Index, HostileForm.Json),
        new("config.json", HostileForm.Json),
        new("preprocessor_config.json", HostileForm.Json),
        new("generation_config.json", HostileForm.Json),
        new("tokenizer.model", HostileForm.Protobuf),
        new("tokenizer.json", HostileForm.Json, InPlaceOf: "tokenizer.model"),
        new("tokenizer_config.json", HostileForm.Json),
        new("special_tokens_map.json", HostileForm.Json),
        new("added_tokens.json", HostileForm.Json),
        new("chat_template.jinja", HostileForm.Template),
        new("chat_template.json", HostileForm.Json, InPlaceOf: "chat_template.jinja"),
    ];

    private const string Template =
        "{% for message in messages %}{{ message['role'].upper() + ': ' }}{# pictures first #}{% for content in message['content'] | selectattr('type', 'equalto', 'image') %}{{ '<image>\n' }}{% endfor %}"
        + "{% if message['role'] != 'assistant' and not loop.first %}{{ raise_exception('no') }}{% endif %}{% for content in message['content'] %}{{ content.text }}{% endfor %}{% endfor %}{{ 'ASSISTANT:' if add_generation_prompt else '' }}";

    private const int Words = 320;

    private readonly CheckpointFolder _folder = new();
    private readonly Dictionary<string, byte[]> _originals = [];

    public HostileRun()
    {
        _folder.CompleteInShards(Words);
        var config = CheckpointFolder.Config();
        config["image_token_index"] = Words - 1;
        config["text_config"]!["vocab_size"] = Words;
        config["eos_token_id"] = 2;
        _folder.Write("config.json", config.ToJsonString())
            .Write("preprocessor_config.json", """{"image_processor_type":"CLIPImageProcessor","size":{"shortest_edge":28},"crop_size":{"height":28,"width":28},"image_mean":[0.5,0.5,0.5],"image_std":[0.5,0.5,0.5],"resample":3,"rescale_factor":0.00392,"image_grid_pinpoints":[[28,56]]}""")
            .Write("generation_config.json", """{"eos_token_id":[2,3],"bos_token_id":1}""")
            .Write("tokenizer_config.json", $$$"""{"add_bos_token":true,"legacy":true,"tokenizer_class":"LlamaTokenizer","added_tokens_decoder":{"0":{"content":"<unk>","special":true},"{{{Words - 1}}}":{"content":"<image>","special":true,"lstrip":false} } }""")
            .Write("special_tokens_map.json", """{"bos_token":{"content":"<s>"},"eos_token":"</s>","additional_special_tokens":["<image>"]}""")
            .Write("added_tokens.json", $$"""{"<image>":{{Words - 1}}}""")
            .Write("chat_template.jinja", Template)
            .Write("chat_template.json", new JsonObject { ["chat_template"] = Template }.ToJsonString());
        string[] pieces = [.. Enumerable.Range(0, 256).Select(value => $"<0x{value:X2}>"), "▁", .. "abcdefghijklmnopqrs".Select(letter => letter.ToString()), "ab", "bc", "abc", "▁a"];
        _folder.Write("tokenizer.model", TokenizerParts.LlamaModel(pieces))
            .Write("tokenizer.json", System.Text.Json.JsonSerializer.Serialize(TokenizerParts.Json(
                ["<unk>", "<s>", "</s>", .. pieces],
                [("a", "b"), ("b", "c"), ("ab", "c"), ("▁", "a")],
                normalizer: new { type = "Sequence", normalizers = new object[] { new { type = "Prepend", prepend = "▁" }, new { type = "Replace", pattern = new { String = " " }, content = "▁" }, new { type = "NFC" } } },
                preTokenizer: new { type = "Split", pattern = new { Regex = "[a-c]+|\\s+(?!\\S)|[^a-c]+" }, behavior = "Isolated" },
                postProcessor: new { type = "TemplateProcessing", single = new object[] { new { SpecialToken = new { id = "<s>" } }, new { Sequence = new { id = "A" } } }, special_tokens = new Dictionary<string, object> { ["<s>"] = new { ids = new[] { 1 } } } },
                addedTokens: [new { id = Words - 1, content = "<image>", special = true }])));
        foreach (var path in Directory.GetFiles(_folder.Path))
        {
            _originals[Path.GetFileName(path)] = File.ReadAllBytes(path);
        }
    }

    /// <summary>Damages one file so many times; gives back how many were refused, and the most that was allocated for each byte of the folder.</summary>
    public (int Refused, double MostPerByteSeen) Damage(HostileFile file, int seed, int rounds, CancellationToken cancellationToken)
    {
        var mutator = new Mutator(seed);
        var others = _originals.Where(pair => pair.Key != file.Name && pair.Key != file.InPlaceOf).Sum(pair => (long)pair.Value.Length);
        var (refused, most) = (0, 0.0);
        if (file.InPlaceOf is { } away)
        {
            File.Delete(_folder.At(away));
        }

        Open();
        for (var round = 0; round < rounds; round++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var damaged = mutator.Damage(_originals[file.Name], file.Form);
            _folder.Write(file.Name, damaged);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                Open();
            }
            catch (RefusedInputException refusal)
            {
                refused++;
                CheckSentence(refusal.Message);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"{file.Name}, seed {seed}, round {round}: {exception.GetType().Name} instead of a refusal.", exception);
            }

            var bytes = others + damaged.Length;
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            most = Math.Max(most, (double)allocated / bytes);
            if (allocated > Fixed + (MostPerByte * bytes))
            {
                throw new InvalidOperationException($"{file.Name}, seed {seed}, round {round}: {allocated:N0} bytes allocated for a folder of {bytes:N0}.");
            }
        }

        _folder.Write(file.Name, _originals[file.Name]);
        if (file.InPlaceOf is { } back)
        {
            _folder.Write(back, _originals[back]);
        }

        return (refused, most);
    }

    public void Dispose() => _folder.Dispose();

    private void Open()
    {
        using var checkpoint = Checkpoint.Open(_folder.Path);
        var template = PromptTemplate.Open(_folder.Path);
        PictureProcessor.Open(_folder.Path, checkpoint.Config);
        var tokenizer = checkpoint.OpenTokenizer();
        tokenizer.Decode(tokenizer.Encode(template.Complete("abc cba ▁ \U0001F600 é")));
        var weight = new float[4];
        checkpoint.Weights.Read("language_model.model.norm.weight", weight);
    }

    private static void CheckSentence(string message)
    {
        if (!message.EndsWith('.') || message.Length > 1200 || message.Any(char.IsControl))
        {
            throw new InvalidOperationException($"No sentence for people ({message.Length} characters): {message[..Math.Min(message.Length, 1200)]}");
        }
    }
}
