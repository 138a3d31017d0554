using System.Text;
using LogitLens.Inference.Checkpoints;

namespace LogitLens.Inference.Tokenization;

/// <summary>The checkpoint's own tokenizer, equal to transformers' ids. Safe to use from several threads.</summary>
public sealed class CheckpointTokenizer
{
    /// <summary>Several times what published models have (Gemma: some 262,000), few enough for a table of 100 MB.</summary>
    private const int LargestVocabulary = 1 << 20;

    private readonly TokenEntry[] _tokens;
    private readonly Dictionary<string, AddedToken> _added;
    private readonly AddedTokenSplitter _splitter;
    private readonly AddedTokenSplitter _normalizedSplitter;
    private readonly TextPreparation _preparation;
    private readonly PieceMerger _merger;
    private readonly PieceDecoder _decoder;
    private readonly int[] _before;
    private readonly int[] _after;
    private readonly bool _cleansUpSpaces;

    private CheckpointTokenizer(
        PieceVocabulary vocabulary,
        TextPreparation preparation,
        PieceDecoder decoder,
        (int[] Before, int[] After)? frame,
        TokenizerSettings settings,
        int? rows,
        string source)
    {
        _added = CollectAddedTokens(vocabulary, settings);
        var vocabularySize = rows ?? (vocabulary.Ids.Values.Concat(_added.Values.Select(token => token.Id)).DefaultIfEmpty(-1).Max() + 1);
        RequireSize(vocabularySize, source);
        _preparation = preparation;
        _decoder = decoder;
        _tokens = TokenTable.Build(vocabulary.Ids, _added.Values, decoder, vocabularySize, source);
        _merger = new PieceMerger(vocabulary, source);
        _splitter = new AddedTokenSplitter(_added.Values.Where(token => !token.Normalized).Select(token => (token.Content, token)));
        _normalizedSplitter = new AddedTokenSplitter(
            _added.Values.Where(token => token.Normalized).Select(token => (preparation.Normalize(token.Content), token)));
        _cleansUpSpaces = settings.CleansUpSpaces;
        (_before, _after) = frame ?? LlamaFrame(settings, vocabulary, source);
        foreach (var id in _before.Concat(_after))
        {
            if (id >= vocabularySize)
            {
                throw new RefusedInputException(
                    $"The tokenizer ({source}) adds id {id} to every text, but the checkpoint's unembedding has {vocabularySize} rows only: the tokenizer belongs to another checkpoint.");
            }
        }
    }

    /// <summary>Every id of the unembedding, in order.</summary>
    public IReadOnlyList<TokenEntry> Tokens => _tokens;

    /// <summary>
    /// Opens <c>tokenizer.model</c> (SentencePiece, BPE kind) or <c>tokenizer.json</c> (Hugging Face's tokenizers, BPE kind), with
    /// <c>tokenizer_config.json</c>,
    /// <c>special_tokens_map.json</c> and <c>added_tokens.json</c> where they are there. Where there are both, <c>tokenizer.model</c> is used unless
    /// the
    /// tokenizer's class is not Llama's.
    /// </summary>
    /// <param name="folder">The checkpoint's folder.</param>
    /// <param name="vocabularySize">Rows of the unembedding: how many ids the token table names.</param>
    /// <exception cref="RefusedInputException">No tokenizer, or one that cannot be read, is of an unsupported kind, or does not fit the
    /// unembedding.</exception>
    public static CheckpointTokenizer Open(string folder, int vocabularySize)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        RequireSize(vocabularySize, folder);
        return OpenFiles(folder, vocabularySize);
    }

    /// <summary>The same for a folder that has a tokenizer and perhaps no model: the table names the tokenizer's own ids.</summary>
    /// <exception cref="RefusedInputException">No tokenizer, or one that cannot be read or is of an unsupported kind.</exception>
    public static CheckpointTokenizer Open(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return OpenFiles(folder, null);
    }

    private static void RequireSize(int vocabularySize, string source)
    {
        if (vocabularySize is < 1 or > LargestVocabulary)
        {
            throw new RefusedInputException(
                $"The checkpoint in {source} has a vocabulary of {vocabularySize:N0}, but 1 to {LargestVocabulary:N0} can be handled: check vocab_size in its config.json.");
        }
    }

    private static CheckpointTokenizer OpenFiles(string folder, int? vocabularySize)
    {
        var settings = TokenizerSettings.Read(folder);
        var model = settings.IsLlama ? TokenizerFile.TryRead(folder, "tokenizer.model") : null;

        // Beside tokenizer.model, transformers takes the rule for prefixes from tokenizer.json, unless add_prefix_space makes it build everything
        // from tokenizer.model.
        using var document = model is null || settings.AddsPrefixSpace is null ? TokenizerFile.TryReadJson(folder, "tokenizer.json") : null;
        var json = document is null ? null : new TokenizerJson(Path.Combine(folder, "tokenizer.json"), document.RootElement);
        if (model is not null)
        {
            var addsPrefix = settings.AddsPrefixSpace ?? true;
            var path = Path.Combine(folder, "tokenizer.model");
            return new CheckpointTokenizer(
                SentencePieceFile.Read(path, model),
                json?.ReadPreparation() ?? TextPreparation.OfLlama(settings.Legacy, addsPrefix),
                json?.ReadDecoder() ?? new PieceDecoder(IsByteLevel: false, StrippedSpaces: addsPrefix ? 1 : 0),
                frame: null,
                settings,
                vocabularySize,
                path);
        }

        if (json is null)
        {
            throw new RefusedInputException(
                settings.IsLlama
                    ? $"The checkpoint folder {folder} has no tokenizer: neither tokenizer.model nor tokenizer.json is there; copy the one published with the checkpoint into the folder."
                    : $"The checkpoint folder {folder} has no tokenizer.json, which its tokenizer class {Shown.Text(settings.Class!)} needs: copy the one published with the checkpoint into the folder.");
        }

        return new CheckpointTokenizer(
            json.ReadVocabulary(),
            json.ReadPreparation(),
            json.ReadDecoder(),
            settings.Class is not null && settings.IsLlama ? null : json.ReadFrame(),
            settings,
            vocabularySize,
            Path.Combine(folder, "tokenizer.json"));
    }

    /// <summary>The id of a special token's exact text, or null.</summary>
    public int? FindSpecial(string content) => _added.TryGetValue(content, out var token) ? token.Id : null;

    /// <summary>The ids transformers' <c>tokenizer(text).input_ids</c> gives: begin-of-text first where the tokenizer adds it, special tokens
    /// recognised.</summary>
    /// <remarks>Time grows with the text's length, not faster. Halves of surrogate pairs count as U+FFFD.</remarks>
    /// <exception cref="RefusedInputException">A stretch of over 16,384 characters that cannot be cut into words.</exception>
    public int[] Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        text = WithoutLoneSurrogates(text);
        var ids = new List<int>(_before);
        foreach (var (token, start, length) in _splitter.Split(text))
        {
            if (token is null)
            {
                EncodePlain(_preparation.Normalize(text.Substring(start, length)), opensText: start == 0, ids);
            }
            else
            {
                ids.Add(token.Id);
            }
        }

        ids.AddRange(_after);
        return [.. ids];
    }

    /// <summary>The text transformers' <c>tokenizer.decode(ids, skip_special_tokens)</c> gives.</summary>
    /// <remarks>Ids without a piece decode to nothing.</remarks>
    public string Decode(IReadOnlyList<int> ids, bool skipSpecialTokens = false)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var text = _decoder.Decode(ids
            .Where(id => (uint)id < (uint)_tokens.Length)
            .Select(id => _tokens[id])
            .Where(token => token.Kind != TokenKind.Unnamed && !(skipSpecialTokens && token.Kind == TokenKind.Special))
            .Select(token => token.Piece));
        return _cleansUpSpaces ? CleanUpSpaces(text) : text;
    }

    private void EncodePlain(string text, bool opensText, List<int> ids)
    {
        foreach (var (token, start, length) in _normalizedSplitter.Split(text))
        {
            if (token is not null)
            {
                ids.Add(token.Id);
                continue;
            }

            foreach (var word in _preparation.Cut(text.Substring(start, length), opensText && start == 0))
            {
                _merger.Encode(word, ids);
            }
        }
    }

    /// <summary>The vocabulary file's own added tokens, then those of the settings, which override them; whatever has a role is special.</summary>
    private static Dictionary<string, AddedToken> CollectAddedTokens(PieceVocabulary vocabulary, TokenizerSettings settings)
    {
        var added = new Dictionary<string, AddedToken>();
        foreach (var token in vocabulary.AddedTokens.Concat(settings.AddedTokens))
        {
            added[token.Content] = token with { Special = token.Special || settings.SpecialContents.Contains(token.Content) };
        }

        foreach (var content in settings.SpecialContents)
        {
            // One without a row in the vocabulary could not be fed to the model anyway.
            if (!added.ContainsKey(content) && vocabulary.Ids.TryGetValue(content, out var id))
            {
                added.Add(content, new AddedToken(id, content, Special: true));
            }
        }

        return added;
    }

    private (int[] Before, int[] After) LlamaFrame(TokenizerSettings settings, PieceVocabulary vocabulary, string source)
    {
        return (settings.AddsBeginOfText ? [Find(settings.BeginOfText)] : [], settings.AddsEndOfText ? [Find(settings.EndOfText)] : []);

        int Find(string content) => FindSpecial(content) ?? (vocabulary.Ids.TryGetValue(content, out var id)
            ? id
            : throw new RefusedInputException(
                $"The tokenizer ({source}) is to add {Shown.Text(content)} to every text but has no such token: take tokenizer_config.json from the same checkpoint."));
    }

    private static string WithoutLoneSurrogates(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            return text;
        }

        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            clean.Append(rune);
        }

        return clean.ToString();
    }

    /// <summary>transformers' <c>clean_up_tokenization</c>, in its order.</summary>
    private static string CleanUpSpaces(string text)
    {
        foreach (var mark in (string[])[".", "?", "!", ","])
        {
            text = text.Replace(" " + mark, mark, StringComparison.Ordinal);
        }

        text = text.Replace(" ' ", "'", StringComparison.Ordinal);
        foreach (var ending in (string[])["n't", "'m", "'s", "'ve", "'re"])
        {
            text = text.Replace(" " + ending, ending, StringComparison.Ordinal);
        }

        return text;
    }
}
