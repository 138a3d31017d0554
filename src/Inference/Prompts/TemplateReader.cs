namespace LogitLens.Inference.Prompts;

/// <summary>Takes one piece of a chat template after another.</summary>
internal sealed class TemplateReader(List<TemplateToken> tokens)
{
    private int _at;

    public bool AtEnd => _at == tokens.Count;

    /// <summary>The next piece; a nameless end behind the last.</summary>
    public TemplateToken Peek => AtEnd ? new(TemplateTokenKind.TagEnd, string.Empty) : tokens[_at];

    public TemplateToken? Take(TemplateTokenKind kind) => !AtEnd && Peek.Kind == kind ? tokens[_at++] : null;

    public bool Take(string text)
    {
        var isNext = !AtEnd && Peek.Is(text);
        _at += isNext ? 1 : 0;
        return isNext;
    }

    public TemplateToken Expect(TemplateTokenKind kind) => Take(kind) ?? throw new UnknownTemplateException($"{kind} was expected.");

    public void Expect(string text)
    {
        if (!Take(text))
        {
            throw new UnknownTemplateException($"'{text}' was expected.");
        }
    }

    /// <summary>The word a block begins with, or null where no block comes next.</summary>
    public string? PeekAfterBlockStart() =>
        _at + 1 < tokens.Count && Peek.Kind == TemplateTokenKind.BlockStart && tokens[_at + 1].Kind == TemplateTokenKind.Name ? tokens[_at + 1].Text : null;

    public void ExpectBlock(string word)
    {
        Expect(TemplateTokenKind.BlockStart);
        Expect(word);
    }
}
