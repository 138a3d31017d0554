namespace LogitLens.Inference.Prompts;

/// <summary>A piece of a chat template.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Its text: of a string without quotes and with escapes resolved.</param>
internal readonly record struct TemplateToken(TemplateTokenKind Kind, string Text)
{
    public bool Is(string text) => Kind is TemplateTokenKind.Symbol or TemplateTokenKind.Name && Text == text;
}
