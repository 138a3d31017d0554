namespace LogitLens.Storage.Catalogue;

/// <summary>Where an imported analysis came from, and what its file does not have.</summary>
/// <param name="File">The file's name.</param>
/// <param name="Sha256">Of the file's bytes, lower-case hex.</param>
/// <param name="Form">Its form, in words: <c>page of llava-interp</c>, …</param>
/// <param name="ByteLength">Bytes of the file.</param>
/// <param name="TextOnlyTokens">Distinct tokens of it whose id is not known, because its text stands for several or for none of the checkpoint's.</param>
/// <param name="Tokens">Distinct tokens of it.</param>
/// <param name="Notes">One sentence for each thing that is absent or different from a reading of LogitLens' own.</param>
public sealed record AnalysisSource(string File, string Sha256, string Form, long ByteLength, int TextOnlyTokens, int Tokens, IReadOnlyList<string> Notes);
