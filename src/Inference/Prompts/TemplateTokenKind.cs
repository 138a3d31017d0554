namespace LogitLens.Inference.Prompts;

/// <summary>The pieces of a chat template.</summary>
internal enum TemplateTokenKind
{
    /// <summary>Text outside of tags, given out as it stands.</summary>
    Plain,

    /// <summary><c>{{</c>.</summary>
    OutputStart,

    /// <summary><c>{%</c>.</summary>
    BlockStart,

    /// <summary><c>}}</c> or <c>%}</c>.</summary>
    TagEnd,

    /// <summary>A name or a keyword.</summary>
    Name,

    /// <summary>A quoted string.</summary>
    String,

    /// <summary>A whole number.</summary>
    Number,

    /// <summary>An operator or a bracket.</summary>
    Symbol,
}
