using LogitLens.Inference;
using LogitLens.Inference.Lens;
using LogitLens.Inference.Tokenization;

namespace LogitLens.Dashboard.Analysis;

/// <summary>What came of one analysis.</summary>
/// <param name="Answer">Null if none was asked for.</param>
/// <param name="Readings">In fp32, in the order they were read; empty unless they were to be kept.</param>
/// <param name="Tokens">The checkpoint's token table.</param>
internal sealed record AnalysisResult(PreparedInput Input, Answer? Answer, IReadOnlyList<LayerReading> Readings, IReadOnlyList<TokenEntry> Tokens);
