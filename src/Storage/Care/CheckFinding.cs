namespace LogitLens.Storage.Care;

/// <summary>Something that is wrong.</summary>
/// <param name="Sentence">What, where.</param>
/// <param name="Remedy">What to do about it, in a sentence.</param>
/// <param name="CanBeRepaired">Whether <c>check --repair</c> can put it right from what is there.</param>
public sealed record CheckFinding(CheckKind Kind, string Sentence, string Remedy, bool CanBeRepaired = false)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Sentence} {Remedy}";
}
