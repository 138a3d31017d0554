namespace LogitLens.Inference.Checkpoints;

/// <summary>The tensors an architecture needs, with their shapes.</summary>
internal static class RequiredWeights
{
    /// <summary>The input embeddings' key.</summary>
    internal const string Embedding = "language_model.model.embed_tokens.weight";

    /// <summary>The unembedding's key; tied, it names the same tensor.</summary>
    internal const string Unembedding = "language_model.lm_head.weight";

    /// <summary>The line feature's key.</summary>
    internal const string Newline = "image_newline";

    // A config that lies about its layers must not make this walk for ever.
    private const int MostCounted = 1000;

    /// <summary>Refuses a checkpoint that lacks a tensor or has one of another shape; names the first and counts the rest.</summary>
    internal static void Check(string folder, CheckpointConfig config, WeightStore weights)
    {
        string? first = null;
        var wrong = 0;
        foreach (var (key, shape) in Of(config))
        {
            string? complaint = null;
            if (!weights.Contains(key))
            {
                complaint = $"has no tensor {key}";
            }
            else if (!weights.ShapeOf(key).SequenceEqual(shape))
            {
                complaint = $"has tensor {key} of shape ({string.Join(", ", weights.ShapeOf(key))}) where config.json asks for ({string.Join(", ", shape)})";
            }

            if (complaint is not null)
            {
                first ??= complaint;
                if (++wrong == MostCounted)
                {
                    break;
                }
            }
        }

        if (first is not null)
        {
            var others = wrong switch
            {
                1 => string.Empty,
                2 => ", and 1 other tensor is missing or of another shape",
                MostCounted => $", and at least {wrong - 1} other tensors are missing or of another shape",
                _ => $", and {wrong - 1} other tensors are missing or of another shape",
            };
            throw new RefusedInputException($"The checkpoint {folder} {first}{others}: weights and config.json do not belong together, or the download is incomplete; download it again.");
        }
    }

    private static IEnumerable<(string Key, long[] Shape)> Of(CheckpointConfig config)
    {
        var vision = config.Vision;
        var text = config.Text;
        foreach (var tensor in Tower(config, vision))
        {
            yield return tensor;
        }

        var features = (long)vision.HiddenSize * config.VisionFeatureLayers.Count;
        if (config.ProjectorNormEpsilon is not null)
        {
            yield return ("multi_modal_projector.projector_layernorm.weight", [features]);
            yield return ("multi_modal_projector.projector_layernorm.bias", [features]);
        }

        yield return ("multi_modal_projector.linear_1.weight", [text.HiddenSize, features]);
        yield return ("multi_modal_projector.linear_2.weight", [text.HiddenSize, text.HiddenSize]);
        if (config.ProjectorBias)
        {
            yield return ("multi_modal_projector.linear_1.bias", [text.HiddenSize]);
            yield return ("multi_modal_projector.linear_2.bias", [text.HiddenSize]);
        }

        if (config.Tiling is not null)
        {
            yield return (Newline, [text.HiddenSize]);
        }

        yield return (Embedding, [text.VocabularySize, text.HiddenSize]);
        long queries = (long)text.Heads * text.HeadSize, keys = (long)text.KeyValueHeads * text.HeadSize;
        for (var i = 0; i < text.Layers; i++)
        {
            var block = $"language_model.model.layers.{i}.";
            yield return (block + "input_layernorm.weight", [text.HiddenSize]);
            yield return (block + "self_attn.q_proj.weight", [queries, text.HiddenSize]);
            yield return (block + "self_attn.k_proj.weight", [keys, text.HiddenSize]);
            yield return (block + "self_attn.v_proj.weight", [keys, text.HiddenSize]);
            yield return (block + "self_attn.o_proj.weight", [text.HiddenSize, queries]);
            if (text.AttentionBias)
            {
                yield return (block + "self_attn.q_proj.bias", [queries]);
                yield return (block + "self_attn.k_proj.bias", [keys]);
                yield return (block + "self_attn.v_proj.bias", [keys]);
            }

            if (text.AttentionBias && text.ModelType == "llama")
            {
                yield return (block + "self_attn.o_proj.bias", [text.HiddenSize]);
            }

            if (text.MlpBias)
            {
                yield return (block + "mlp.gate_proj.bias", [text.IntermediateSize]);
                yield return (block + "mlp.up_proj.bias", [text.IntermediateSize]);
                yield return (block + "mlp.down_proj.bias", [text.HiddenSize]);
            }

            yield return (block + "post_attention_layernorm.weight", [text.HiddenSize]);
            yield return (block + "mlp.gate_proj.weight", [text.IntermediateSize, text.HiddenSize]);
            yield return (block + "mlp.up_proj.weight", [text.IntermediateSize, text.HiddenSize]);
            yield return (block + "mlp.down_proj.weight", [text.HiddenSize, text.IntermediateSize]);
        }

        yield return ("language_model.model.norm.weight", [text.HiddenSize]);
        yield return (Unembedding, [text.VocabularySize, text.HiddenSize]);
    }

    private static IEnumerable<(string Key, long[] Shape)> Tower(CheckpointConfig config, VisionConfig vision)
    {
        const string Root = "vision_tower.vision_model.";
        long hidden = vision.HiddenSize, side = vision.ImageSize / vision.PatchSize;
        yield return (Root + "embeddings.patch_embedding.weight", [hidden, vision.Channels, vision.PatchSize, vision.PatchSize]);
        if (vision.ModelType == "clip_vision_model")
        {
            yield return (Root + "embeddings.class_embedding", [hidden]);
            yield return (Root + "embeddings.position_embedding.weight", [(side * side) + 1, hidden]);
            yield return (Root + "pre_layrnorm.weight", [hidden]);
            yield return (Root + "pre_layrnorm.bias", [hidden]);
        }
        else
        {
            yield return (Root + "embeddings.patch_embedding.bias", [hidden]);
            yield return (Root + "embeddings.position_embedding.weight", [side * side, hidden]);
        }

        // Blocks after the deepest feature layer are never computed, and some checkpoints leave them out.
        var deepest = 0;
        foreach (var layer in config.VisionFeatureLayers)
        {
            var index = layer < 0 ? vision.Layers + 1 + layer : layer;
            if (index < 0 || index > vision.Layers)
            {
                throw new RefusedInputException($"config.json names the vision feature layer {layer}, which does not exist in a tower of {vision.Layers} blocks: name layers from {-vision.Layers - 1} to {vision.Layers}.");
            }

            deepest = Math.Max(deepest, index);
        }

        for (var i = 0; i < deepest; i++)
        {
            var block = $"{Root}encoder.layers.{i}.";
            foreach (var name in (string[])["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.out_proj"])
            {
                yield return ($"{block}{name}.weight", [hidden, hidden]);
                yield return ($"{block}{name}.bias", [hidden]);
            }

            foreach (var name in (string[])["layer_norm1", "layer_norm2"])
            {
                yield return ($"{block}{name}.weight", [hidden]);
                yield return ($"{block}{name}.bias", [hidden]);
            }

            yield return (block + "mlp.fc1.weight", [vision.IntermediateSize, hidden]);
            yield return (block + "mlp.fc1.bias", [vision.IntermediateSize]);
            yield return (block + "mlp.fc2.weight", [hidden, vision.IntermediateSize]);
            yield return (block + "mlp.fc2.bias", [hidden]);
        }
    }
}
