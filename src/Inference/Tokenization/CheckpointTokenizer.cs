namespace LogitLens.Inference.Tokenization;

/// <summary>The checkpoint's own tokenizer, equal to transformers' ids.</summary>
public sealed class CheckpointTokenizer
{
    /// <summary>Opens <c>tokenizer.model</c> or <c>tokenizer.json</c>, with <c>added_tokens.json</c> and <c>tokenizer_config.json</c>.</summary>
    /// <param name="folder">The checkpoint's folder.</param>
    /// <param name="vocabularySize">Rows of the unembedding: how many ids the token table names.</param>
    /// <exception cref="RefusedInputException">No tokenizer, or one that cannot be read.</exception>
    public static CheckpointTokenizer Open(string folder, int vocabularySize) => throw new NotImplementedException();

    /// <summary>Every id of the unembedding, in order.</summary>
    public IReadOnlyList<TokenEntry> Tokens => throw new NotImplementedException();

    /// <summary>The id of a special token's exact text, or null.</summary>
    public int? FindSpecial(string content) => throw new NotImplementedException();

    /// <summary>The ids transformers' <c>tokenizer(text).input_ids</c> gives: begin-of-text first where the tokenizer adds it, special tokens recognised.</summary>
    public int[] Encode(string text) => throw new NotImplementedException();

    /// <summary>The text transformers' <c>tokenizer.decode(ids, skip_special_tokens)</c> gives.</summary>
    public string Decode(IReadOnlyList<int> ids, bool skipSpecialTokens = false) => throw new NotImplementedException();
}
