namespace LogitLens.Inference.Tokenization;

/// <summary>A token that is found in a text as it stands, before anything is merged. The flags mean what they mean in Hugging Face's
/// tokenizers.</summary>
/// <param name="Id">Row of the unembedding.</param>
/// <param name="Content">The text that stands for it.</param>
/// <param name="Special">A control token, left out when special tokens are skipped.</param>
/// <param name="Normalized">Looked for (normalised itself) in the normalised text instead of the text as given.</param>
/// <param name="TakesSpaceBefore">Takes white space before it along (<c>lstrip</c>).</param>
/// <param name="TakesSpaceAfter">Takes white space after it along (<c>rstrip</c>).</param>
/// <param name="WholeWord">Found only where no letter or digit touches it (<c>single_word</c>).</param>
internal sealed record AddedToken(
    int Id,
    string Content,
    bool Special,
    bool Normalized = false,
    bool TakesSpaceBefore = false,
    bool TakesSpaceAfter = false,
    bool WholeWord = false);
