using System.Text.Json;
using LogitLens.Inference.Checkpoints;
using LogitLens.Inference.Prompts;

namespace LogitLens.Inference;

/// <summary>The form a checkpoint was trained to be asked in.</summary>
public sealed class PromptTemplate
{
    /// <summary>What the prompt's placeholder for the picture looks like.</summary>
    public const string ImagePlaceholder = "<image>";

    /// <summary>The question asked when none is given.</summary>
    public const string DefaultQuestion = "Describe the image.";

    private const long MaxFileBytes = 64 << 20;
    private const int Llama3Words = 128_000;
    private const int YiWords = 64_000;
    private const string TemplateName = "chat_template.jinja";
    private const string TemplateField = "chat_template";

    private static readonly Form Llava15Form = new("LLaVA-1.5", $"USER: {ImagePlaceholder}\n", " ASSISTANT:");
    private static readonly Form ViPForm = new("ViP-LLaVA", $"###Human: {ImagePlaceholder}\n", "###Assistant:");
    private static readonly Form QwenForm = new("LLaVA with Qwen", $"<|im_start|>user \n{ImagePlaceholder}\n", "<|im_end|><|im_start|>assistant\n");
    private static readonly Form NextMistralForm = new("LLaVA-NeXT with Mistral", $"[INST] {ImagePlaceholder}\n", " [/INST]");

    // What LLaVA-NeXT's checkpoints were trained with, system sentences included.
    private static readonly Form NextVicunaForm = new(
        "LLaVA-NeXT with Vicuna",
        "A chat between a curious human and an artificial intelligence assistant. "
            + $"The assistant gives helpful, detailed, and polite answers to the human's questions. USER: {ImagePlaceholder}\n",
        " ASSISTANT:");

    private static readonly Form NextYiForm = new(
        "LLaVA-NeXT with Yi", $"<|im_start|>system\nAnswer the questions.<|im_end|><|im_start|>user\n{ImagePlaceholder}\n", "<|im_end|><|im_start|>assistant\n");

    private static readonly Form NextLlama3Form = new(
        "LLaVA-NeXT with Llama 3",
        "<|start_header_id|>system<|end_header_id|>\n\nYou are a helpful language and vision assistant. "
            + "You are able to understand the visual content that the user provides, and assist the user with a variety of tasks using natural language."
            + $"<|eot_id|><|start_header_id|>user<|end_header_id|>\n\n{ImagePlaceholder}\n",
        "<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n");

    private static readonly Form NextQwenForm = new(
        "LLaVA-NeXT with Qwen",
        $"<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\n{ImagePlaceholder}\n",
        "<|im_end|>\n<|im_start|>assistant\n");

    private static readonly Form[] Forms =
        [Llava15Form, ViPForm, QwenForm, NextMistralForm, NextVicunaForm, NextYiForm, NextLlama3Form, NextQwenForm];

    private static readonly string[] TemplateHolders = ["chat_template.json", "processor_config.json", "tokenizer_config.json"];

    private readonly string _before;
    private readonly string _after;

    private PromptTemplate(Form form, string origin)
    {
        (Name, _before, _after) = form;
        Origin = origin;
    }

    /// <summary>LLaVA-1.5's form, for whoever has no checkpoint at hand.</summary>
    public static PromptTemplate Llava15 { get; } = new(Llava15Form, "LLaVA-1.5's");

    /// <summary>The family the form is named after.</summary>
    public string Name { get; }

    /// <summary>Where the choice comes from, as a note for people.</summary>
    public string Origin { get; }

    /// <summary>The form of the checkpoint in a folder: by its chat template where that is a known one, else by its family, else LLaVA-1.5's.</summary>
    /// <exception cref="RefusedInputException">A file of the folder cannot be read.</exception>
    public static PromptTemplate Open(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return Of(folder, CheckpointConfigReader.Read(folder));
    }

    /// <summary>LLaVA-1.5's form of a prompt: see <see cref="Complete"/>.</summary>
    /// <exception cref="RefusedInputException">Empty, or more than one <c>&lt;image&gt;</c>.</exception>
    public static string Apply(string promptOrQuestion) => Llava15.Complete(promptOrQuestion);

    /// <summary>A prompt with <c>&lt;image&gt;</c> stays as it is; anything else is a question and is put into the form.</summary>
    /// <exception cref="RefusedInputException">Empty, or more than one <c>&lt;image&gt;</c>.</exception>
    public string Complete(string promptOrQuestion)
    {
        if (string.IsNullOrWhiteSpace(promptOrQuestion))
        {
            throw new RefusedInputException("The prompt is empty: ask a question, or write a full prompt with one <image> in it.");
        }

        var first = promptOrQuestion.IndexOf(ImagePlaceholder, StringComparison.Ordinal);
        if (first < 0)
        {
            return _before + promptOrQuestion.Trim() + _after;
        }

        if (promptOrQuestion.IndexOf(ImagePlaceholder, first + 1, StringComparison.Ordinal) >= 0)
        {
            throw new RefusedInputException("The prompt has more than one <image>, but an analysis is of one picture: leave one.");
        }

        return promptOrQuestion;
    }

    /// <summary>The question in a prompt that has one of the known forms, or null.</summary>
    public static string? FindQuestion(string prompt)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        foreach (var (_, before, after) in Forms)
        {
            if (prompt.Length > before.Length + after.Length && prompt.StartsWith(before, StringComparison.Ordinal) && prompt.EndsWith(after, StringComparison.Ordinal))
            {
                return prompt[before.Length..^after.Length];
            }
        }

        return null;
    }

    internal static PromptTemplate Of(string folder, CheckpointConfig config)
    {
        var (template, file) = ReadChatTemplate(folder);
        if (template is not null && ChatTemplate.TryRead(template) is var (before, after))
        {
            var form = Forms.FirstOrDefault(known => (known.Before, known.After) == (before, after)) ?? new Form("the checkpoint's own", before, after);
            return new(form, $"from {file}");
        }

        var unknown = template is null ? string.Empty : $"; the template in {file} is not one that LogitLens knows";
        var decoder = config.Text.ModelType;
        return (config.ModelType, config.Vision.ModelType, decoder) switch
        {
            ("vipllava", _, _) => new(ViPForm, $"by model_type vipllava{unknown}"),
            ("llava_next", _, "mistral") => new(NextMistralForm, $"by model_type llava_next and the decoder mistral{unknown}"),
            ("llava_next", _, "qwen2") => new(NextQwenForm, $"by model_type llava_next and the decoder qwen2{unknown}"),

            // Vicuna, Yi and Llama 3 are all called llama; their vocabularies tell them apart.
            ("llava_next", _, "llama") => config.Text.VocabularySize switch
            {
                >= Llama3Words => new(NextLlama3Form, $"by model_type llava_next and the vocabulary of Llama 3{unknown}"),
                >= YiWords => new(NextYiForm, $"by model_type llava_next and the vocabulary of Yi{unknown}"),
                _ => new(NextVicunaForm, $"by model_type llava_next and the decoder llama{unknown}"),
            },
            ("llava_onevision", _, "qwen2") => new(QwenForm, $"by model_type llava_onevision and the decoder qwen2{unknown}"),
            ("llava", _, "qwen2") => new(QwenForm, $"by the decoder qwen2{unknown}"),
            ("llava", "clip_vision_model", "llama" or "mistral") => new(Llava15Form, $"by the decoder {decoder}{unknown}"),
            _ => new(Llava15Form, $"LLaVA-1.5's, for want of a known one{unknown}"),
        };
    }

    private static (string? Template, string? File) ReadChatTemplate(string folder)
    {
        try
        {
            var path = Path.Combine(folder, TemplateName);
            if (File.Exists(path))
            {
                return new FileInfo(path).Length <= MaxFileBytes
                    ? (File.ReadAllText(path), TemplateName)
                    : throw new RefusedInputException($"{path} is longer than {MaxFileBytes >> 20} MiB, which no chat template is: download it again.");
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new RefusedInputException($"{Path.Combine(folder, TemplateName)} cannot be read: {exception.Message}", exception);
        }

        foreach (var name in TemplateHolders)
        {
            var path = Path.Combine(folder, name);
            var found = File.Exists(path)
                ? JsonFile.Read(path, MaxFileBytes, root => root.TryGetProperty(TemplateField, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null)
                : null;
            if (found is not null)
            {
                return (found, name);
            }
        }

        return (null, null);
    }

    private sealed record Form(string Name, string Before, string After);
}
