using System.Runtime.CompilerServices;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Tokens;

namespace LogitLens.Storage.Statistics.Aggregates;

/// <summary>What statistics know of a checkpoint's tokens, by id: whether they are filler, and their script.</summary>
internal sealed class TokenFacts
{
    private static readonly ConditionalWeakTable<TokenTable, TokenFacts> Known = [];

    private readonly bool[] _filler;
    private readonly TextScript[] _scripts;

    private TokenFacts(bool[] filler, TextScript[] scripts)
    {
        _filler = filler;
        _scripts = scripts;
    }

    /// <summary>Facts of a checkpoint's table, found once and kept as long as the table itself.</summary>
    public static TokenFacts Of(TokenTable table) => Known.GetValue(table, static t => Of(t.Rows));

    /// <summary>Facts of a token table.</summary>
    public static TokenFacts Of(IReadOnlyList<TokenRow> tokens)
    {
        var ids = tokens.Count == 0 ? 0 : tokens.Max(t => t.Id) + 1;
        var (filler, scripts) = (new bool[ids], new TextScript[ids]);
        foreach (var token in tokens)
        {
            filler[token.Id] = IsBlank(token.Text);
            scripts[token.Id] = token.Kind == TokenKinds.Ordinary ? TextScripts.Of(token.Text) : TextScript.None;
        }

        return new TokenFacts(filler, scripts);
    }

    /// <summary>The same with more tokens taken for filler.</summary>
    public TokenFacts With(IReadOnlyList<int>? moreFiller)
    {
        if (moreFiller is not { Count: > 0 })
        {
            return this;
        }

        var filler = new bool[Math.Max(_filler.Length, moreFiller.Max() + 1)];
        _filler.CopyTo(filler, 0);
        foreach (var id in moreFiller)
        {
            filler[id] = true;
        }

        return new TokenFacts(filler, _scripts);
    }

    /// <summary>Whether a token is filler; one that the table does not name is not.</summary>
    public bool IsFiller(int id) => (uint)id < (uint)_filler.Length && _filler[id];

    /// <summary>A token's script; one that the table does not name has none.</summary>
    public TextScript ScriptOf(int id) => (uint)id < (uint)_scripts.Length ? _scripts[id] : TextScript.None;

    /// <summary>Nothing left after Python's <c>strip()</c>, which takes the four separators U+001C…U+001F for blank as well.</summary>
    public static bool IsBlank(string text) => text.All(c => char.IsWhiteSpace(c) || c is >= '\u001C' and <= '\u001F');

    /// <summary>The numbers of Inference's <c>TokenKind</c> that matter here.</summary>
    private static class TokenKinds
    {
        public const byte Ordinary = 0;
    }
}
