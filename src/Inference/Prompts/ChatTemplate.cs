namespace LogitLens.Inference.Prompts;

/// <summary>Finds out what a checkpoint's <c>chat_template</c> makes of one picture with one question.</summary>
/// <remarks>
/// The published templates of LLaVA's family differ in small things, but all keep to a small part of Jinja: loops over messages and their parts, conditions on
/// roles, texts put together. That part is read here, and nothing is run that could do harm or go on for ever; a template beyond it is an unknown one.
/// </remarks>
internal static class ChatTemplate
{
    private const int LongestTemplate = 1 << 16;

    // No template and no other part of a message holds it.
    private const string Probe = "\u0001question\u0001";

    /// <summary>What comes before the question and what after it, the picture's placeholder in one of them; null for an unknown template.</summary>
    public static (string Before, string After)? TryRead(string template)
    {
        if (template.Length > LongestTemplate || template.Contains(Probe, StringComparison.Ordinal))
        {
            return null;
        }

        try
        {
            var run = new TemplateParser(new TemplateLexer(template.ReplaceLineEndings("\n")).Read()).Read();
            var scope = new TemplateScope(Conversation());
            run(scope);
            var parts = scope.Text.ToString().Split(Probe);
            return parts is [var before, var after] && (before + after).Split(PromptTemplate.ImagePlaceholder).Length == 2 ? (before, after) : null;
        }
        catch (UnknownTemplateException)
        {
            return null;
        }
    }

    private static Dictionary<string, object?> Conversation() => new()
    {
        ["messages"] = new List<object?>
        {
            new Dictionary<string, object?>
            {
                ["role"] = "user",
                ["content"] = new List<object?>
                {
                    new Dictionary<string, object?> { ["type"] = "image" },
                    new Dictionary<string, object?> { ["type"] = "text", ["text"] = Probe },
                },
            },
        },
        ["add_generation_prompt"] = true,

        // The tokenizer puts the token that begins a text before every text, so the template must not do it again.
        ["bos_token"] = string.Empty,
    };
}
