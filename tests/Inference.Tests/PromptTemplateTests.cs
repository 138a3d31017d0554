using System.Text.Json;
using System.Text.Json.Nodes;
using LogitLens.Inference.Tests.Checkpoints;

namespace LogitLens.Inference.Tests;

public sealed class PromptTemplateTests : IDisposable
{
    private const string Question = "What is it?";
    private const string InLlava15 = "USER: <image>\nWhat is it? ASSISTANT:";
    private const string InViP = "###Human: <image>\nWhat is it?###Assistant:";
    private const string InQwen = "<|im_start|>user \n<image>\nWhat is it?<|im_end|><|im_start|>assistant\n";

    private readonly CheckpointFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("llava-1.5")]
    [InlineData("experiments")]
    [InlineData("bakllava")]
    [InlineData("vip-llava")]
    [InlineData("llava-interleave")]
    [InlineData("llava-next")]
    [InlineData("llava-onevision")]
    public void Complete_Question_IsTheGoldensPrompt(string model)
    {
        var template = PromptTemplate.Open(SharedFolder.Require($"goldens/{model}/checkpoint"));
        using var cases = JsonDocument.Parse(File.ReadAllBytes(SharedFolder.Require($"goldens/{model}/cases.json")));
        Assert.All(
            cases.RootElement.GetProperty("cases").EnumerateArray(),
            entry => Assert.Equal(entry.GetProperty("prompt").GetString(), template.Complete(PromptTemplate.DefaultQuestion)));
    }

    [Theory]
    [InlineData("llava", "clip_vision_model", "llama", InLlava15, "by the decoder llama")]
    [InlineData("llava", "clip_vision_model", "mistral", InLlava15, "by the decoder mistral")]
    [InlineData("llava", "siglip_vision_model", "qwen2", InQwen, "by the decoder qwen2")]
    [InlineData("vipllava", "clip_vision_model", "llama", InViP, "by model_type vipllava")]
    [InlineData("llava", "siglip_vision_model", "llama", InLlava15, "LLaVA-1.5's, for want of a known one")]
    [InlineData("llava_next", "clip_vision_model", "mistral", "[INST] <image>\nWhat is it? [/INST]", "by model_type llava_next and the decoder mistral")]
    [InlineData(
        "llava_next",
        "clip_vision_model",
        "llama",
        "A chat between a curious human and an artificial intelligence assistant. The assistant gives helpful, detailed, and polite answers to the human's questions. USER: <image>\nWhat is it? ASSISTANT:",
        "by model_type llava_next and the decoder llama")]
    [InlineData(
        "llava_next",
        "clip_vision_model",
        "llama",
        "<|im_start|>system\nAnswer the questions.<|im_end|><|im_start|>user\n<image>\nWhat is it?<|im_end|><|im_start|>assistant\n",
        "by model_type llava_next and the vocabulary of Yi",
        64064)]
    [InlineData(
        "llava_next",
        "clip_vision_model",
        "llama",
        "<|start_header_id|>system<|end_header_id|>\n\nYou are a helpful language and vision assistant. You are able to understand the visual content that the user provides, and assist the user with a variety of tasks using natural language.<|eot_id|><|start_header_id|>user<|end_header_id|>\n\n<image>\nWhat is it?<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
        "by model_type llava_next and the vocabulary of Llama 3",
        128320)]
    [InlineData(
        "llava_next",
        "clip_vision_model",
        "qwen2",
        "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\n<image>\nWhat is it?<|im_end|>\n<|im_start|>assistant\n",
        "by model_type llava_next and the decoder qwen2")]
    [InlineData("llava_onevision", "siglip_vision_model", "qwen2", InQwen, "by model_type llava_onevision and the decoder qwen2")]
    public void Open_NoChatTemplate_GoesByTheFamily(string model, string tower, string decoder, string expected, string origin, int words = 32064)
    {
        var template = Open(model, tower, decoder, words);
        Assert.Equal(expected, template.Complete(" " + Question));
        Assert.Equal(origin, template.Origin);
    }

    [Theory]
    [InlineData("chat_template.json", false)]
    [InlineData("processor_config.json", true)]
    [InlineData("tokenizer_config.json", false)]
    public void Open_KnownChatTemplate_GoesBeforeTheFamily(string file, bool escaped)
    {
        var known = File.ReadAllText(SharedFolder.Require("goldens/llava-interleave/checkpoint/chat_template.jinja"));
        var written = escaped ? known.Replace("\n", "\\n", StringComparison.Ordinal) : known;
        _folder.Write(file, new JsonObject { ["chat_template"] = written }.ToJsonString());
        var template = Open("llava", "clip_vision_model", "llama");
        Assert.Equal(InQwen, template.Complete(Question));
        Assert.Equal($"from {file}", template.Origin);
    }

    [Fact]
    public void Open_UnknownChatTemplate_GoesByTheFamilyAndSaysSo()
    {
        _folder.Write("chat_template.jinja", "{{ messages }}");
        var template = Open("vipllava", "clip_vision_model", "llama");
        Assert.Equal(InViP, template.Complete(Question));
        Assert.Equal("by model_type vipllava; the template in chat_template.jinja is not one that LogitLens knows", template.Origin);
    }

    [Fact]
    public void Open_ChatTemplateOfItsOwnForm_IsFollowed()
    {
        _folder.Write("chat_template.jinja", "{% for m in messages %}Q: {{ m['content'][1]['text'] }} {% if m['content'][0].type == 'image' %}<image>{% endif %}{% endfor %}\n\nA:\n");
        var template = Open("llava", "clip_vision_model", "llama");
        Assert.Equal("Q: What is it? <image>\nA:", template.Complete(Question));
        Assert.Equal(("the checkpoint's own", "from chat_template.jinja"), (template.Name, template.Origin));
    }

    [Fact]
    public void Open_ChatTemplatesInAList_AreLeftAlone()
    {
        _folder.Write("tokenizer_config.json", """{"chat_template": [{"name": "default", "template": "{{ messages }}"}]}""");
        Assert.Equal("by the decoder llama", Open("llava", "clip_vision_model", "llama").Origin);
    }

    [Fact]
    public void Open_UnreadableTemplateFile_IsRefused()
    {
        _folder.Write("chat_template.json", "{");
        var refusal = Assert.Throws<RefusedInputException>(() => Open("llava", "clip_vision_model", "llama"));
        Assert.Contains("chat_template.json is not valid JSON", refusal.Message, StringComparison.Ordinal);
    }

    private PromptTemplate Open(string model, string tower, string decoder, int words = 32064) => PromptTemplate.Open(_folder.Write(
        "config.json",
        $$"""{"model_type": "{{model}}", "image_grid_pinpoints": [[224, 448]], "vision_config": {"model_type": "{{tower}}"}, "text_config": {"model_type": "{{decoder}}", "vocab_size": {{words}}} }""").Path);

    [Theory]
    [InlineData("USER: <image>\nWhat is this? ASSISTANT:", "What is this?")]
    [InlineData("###Human: <image>\nWhat is this?###Assistant:", "What is this?")]
    [InlineData("<|im_start|>user \n<image>\nWhat is this?<|im_end|><|im_start|>assistant\n", "What is this?")]
    [InlineData("[INST] <image>\nWhat is this? [/INST]", "What is this?")]
    [InlineData("USER: <image>\n ASSISTANT:", null)]
    [InlineData("What is this?", null)]
    public void FindQuestion_Prompt_IsWhatStandsInAKnownForm(string prompt, string? expected) => Assert.Equal(expected, PromptTemplate.FindQuestion(prompt));
}
