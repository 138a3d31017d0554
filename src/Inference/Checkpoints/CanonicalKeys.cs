namespace LogitLens.Inference.Checkpoints;

/// <summary>Names weights as the published hub checkpoints do, whichever layout a file uses.</summary>
internal static class CanonicalKeys
{
    private static readonly (string Stored, string Canonical)[] Prefixes =
    [
        ("model.language_model.", "language_model.model."),
        ("model.vision_tower.", "vision_tower."),
        ("model.multi_modal_projector.", "multi_modal_projector."),
        ("model.image_newline", "image_newline"),
        ("lm_head.", "language_model.lm_head."),
    ];

    /// <summary>The canonical key, or null for entries that are no weights (rotary frequencies, position ids).</summary>
    internal static string? Of(string stored)
    {
        if (stored.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal) || stored.EndsWith(".position_ids", StringComparison.Ordinal))
        {
            return null;
        }

        foreach (var (prefix, canonical) in Prefixes)
        {
            if (stored.StartsWith(prefix, StringComparison.Ordinal))
            {
                return canonical + stored[prefix.Length..];
            }
        }

        return stored;
    }
}
