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
    public void Open_NoChatTemplate_GoesByTheFamily(string model, string tower, string decoder, string expected, string origin)
    {
        var template = Open(model, tower, decoder);
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

    private PromptTemplate Open(string model, string tower, string decoder) => PromptTemplate.Open(_folder.Write(
        "config.json",
        $$"""{"model_type": "{{model}}", "vision_config": {"model_type": "{{tower}}"}, "text_config": {"model_type": "{{decoder}}"} }""").Path);

    [Theory]
    [InlineData("USER: <image>\nWhat is this? ASSISTANT:", "What is this?")]
    [InlineData("###Human: <image>\nWhat is this?###Assistant:", "What is this?")]
    [InlineData("<|im_start|>user \n<image>\nWhat is this?<|im_end|><|im_start|>assistant\n", "What is this?")]
    [InlineData("USER: <image>\n ASSISTANT:", null)]
    [InlineData("What is this?", null)]
    public void FindQuestion_Prompt_IsWhatStandsInAKnownForm(string prompt, string? expected) => Assert.Equal(expected, PromptTemplate.FindQuestion(prompt));
}
