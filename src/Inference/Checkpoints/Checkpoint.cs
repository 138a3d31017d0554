namespace LogitLens.Inference.Checkpoints;

/// <summary>A model on disk: a folder in Hugging Face layout, opened and checked; weights are read when asked for.</summary>
public sealed class Checkpoint : IDisposable
{
    /// <summary>Opens and checks a folder: config, every shard's header, every tensor the architecture needs with its shape.</summary>
    /// <exception cref="RefusedInputException">Something is missing, cut short, lying or unsupported; the sentence says which.</exception>
    public static Checkpoint Open(string folder) => throw new NotImplementedException();

    /// <summary>The full path of the folder.</summary>
    public string Folder => throw new NotImplementedException();

    /// <summary>The folder's name.</summary>
    public string Name => throw new NotImplementedException();

    /// <summary>What <c>config.json</c> says.</summary>
    public CheckpointConfig Config => throw new NotImplementedException();

    /// <summary>The weights, by canonical key (the published hub layout: <c>language_model.model.layers.0.…</c>, <c>language_model.lm_head.weight</c>, <c>vision_tower.vision_model.…</c>, <c>multi_modal_projector.…</c>).</summary>
    public WeightStore Weights => throw new NotImplementedException();

    /// <summary>SHA-256, in lower-case hex, over the names and contents of all files that decide results (config, tokenizer, preprocessor, weights).</summary>
    /// <remarks>Reads every byte: seconds per ten gigabytes. Callers keep the result by folder, sizes and times.</remarks>
    public string ComputeHash(CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose() => throw new NotImplementedException();
}
