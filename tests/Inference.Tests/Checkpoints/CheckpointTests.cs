using System.Text.Json.Nodes;
using LogitLens.Inference.Checkpoints;

namespace LogitLens.Inference.Tests.Checkpoints;

public sealed class CheckpointTests : IDisposable
{
    private const string Embedding = "language_model.model.embed_tokens.weight";
    private const string Unembedding = "language_model.lm_head.weight";

    private readonly CheckpointFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("goldens/llava-1.5/checkpoint", "llama", 32, 4, 32064, 336, 3, "float16")]
    [InlineData("goldens/experiments/checkpoint", "llama", 48, 6, 1024, 84, 4, "float32")]
    [InlineData("goldens/bakllava/checkpoint", "mistral", 48, 6, 1024, 84, 4, "float32")]
    [InlineData("goldens/vip-llava/checkpoint", "llama", 48, 3, 1024, 84, 6, "bfloat16")]
    [InlineData("goldens/llava-interleave/checkpoint", "qwen2", 48, 4, 2048, 84, 3, "float16")]
    [InlineData("demo/checkpoint", "llama", 192, 12, 1024, 336, 6, "float16")]
    public void Open_CheckpointsSavedByTransformers_HaveTheirSizes(
        string relative, string decoder, int hidden, int layers, int vocabulary, int imageSize, int towerLayers, string type)
    {
        using var checkpoint = Checkpoint.Open(SharedFolder.Require(relative));
        Assert.Equal("checkpoint", checkpoint.Name);
        Assert.Equal(
            (decoder, hidden, layers, vocabulary, imageSize, towerLayers, type),
            (checkpoint.Config.Text.ModelType, checkpoint.Config.Text.HiddenSize, checkpoint.Config.Text.Layers, checkpoint.Config.Text.VocabularySize,
                checkpoint.Config.Vision.ImageSize, checkpoint.Config.Vision.Layers, checkpoint.Config.DType));
        Assert.Equal([vocabulary, hidden], checkpoint.Weights.ShapeOf(Unembedding));

        var embedding = new float[vocabulary * hidden];
        checkpoint.Weights.Read(Embedding, embedding);
        Assert.Contains(embedding, value => value != 0);
        Assert.All(embedding, value => Assert.True(float.IsFinite(value)));
        Assert.Equal(checkpoint.Weights.Elements * (type == "float32" ? 4 : 2), checkpoint.Weights.StoredBytes);
    }

    [Theory]
    [InlineData("llava_next_video")]
    [InlineData("qwen2_vl")]
    public void Open_ArchitecturesThatCannotBeRun_AreRefusedByName(string modelType)
    {
        var config = CheckpointFolder.Config();
        config["model_type"] = modelType;
        _folder.Complete().Write("config.json", config.ToJsonString());
        var refusal = Assert.Throws<RefusedInputException>(() => Checkpoint.Open(_folder.Path));
        Assert.Contains($"'{modelType}'", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(SupportedArchitectures.List, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Open_EitherKeyLayout_GivesTheSameNumbersUnderTheHubsKeys(bool newer)
    {
        _folder.Complete().Write(
            "model.safetensors",
            StoredWeights.File(CheckpointFolder.Tensors().Select(tensor => newer ? tensor with { Name = CheckpointFolder.Newer(tensor.Name) } : tensor)));
        using var checkpoint = Checkpoint.Open(_folder.Path);
        foreach (var (name, type, shape, data) in CheckpointFolder.Tensors().Where(tensor => CanonicalKeys.Of(tensor.Name) is not null))
        {
            Assert.Equal(shape, checkpoint.Weights.ShapeOf(name));
            var numbers = new float[data.Length / 2];
            checkpoint.Weights.Read(name, numbers);
            Assert.Equal(numbers.Select((_, i) => (float)BitConverter.ToHalf(data, 2 * i)), numbers);
        }

        Assert.DoesNotContain(checkpoint.Weights.Keys, key => key.Contains("inv_freq", StringComparison.Ordinal) || key.Contains("position_ids", StringComparison.Ordinal));
    }

    [Fact]
    public void Open_ThreeShards_FindsEveryTensor()
    {
        using var checkpoint = Checkpoint.Open(_folder.CompleteInShards().Path);
        Assert.Equal(CheckpointFolder.Tensors().Count() - 2, checkpoint.Weights.Keys.Count);
    }

    [Fact]
    public void Open_LinksAsInTheHubsCache_AreFollowed()
    {
        _folder.CompleteInShards();
        var blobs = Directory.CreateDirectory(_folder.At("blobs"));
        var snapshot = Directory.CreateDirectory(_folder.At("snapshot"));
        foreach (var file in Directory.GetFiles(_folder.Path))
        {
            var name = Path.GetFileName(file);
            File.Move(file, Path.Combine(blobs.FullName, name + ".blob"));
            File.CreateSymbolicLink(Path.Combine(snapshot.FullName, name), Path.Combine("..", "blobs", name + ".blob"));
        }

        using var checkpoint = Checkpoint.Open(snapshot.FullName);
        var before = checkpoint.Fingerprint;
        File.AppendAllText(Path.Combine(blobs.FullName, "preprocessor_config.json.blob"), " ");
        Assert.NotEqual(before, checkpoint.Fingerprint);
    }

    [Fact]
    public void Open_TiedWithoutUnembedding_ReadsTheEmbedding()
    {
        var config = CheckpointFolder.Config();
        config["text_config"]!["tie_word_embeddings"] = true;
        _folder.Complete().Write("config.json", config.ToJsonString());
        _folder.Write("model.safetensors", StoredWeights.File(CheckpointFolder.Tensors().Where(tensor => tensor.Name != Unembedding)));
        using var checkpoint = Checkpoint.Open(_folder.Path);
        float[] embedding = new float[32], unembedding = new float[32];
        checkpoint.Weights.Read(Embedding, embedding);
        checkpoint.Weights.Read(Unembedding, unembedding);
        Assert.Equal(embedding, unembedding);
    }

    [Fact]
    public void Open_UntiedWithoutUnembedding_IsRefused()
    {
        _folder.Complete().Write("model.safetensors", StoredWeights.File(CheckpointFolder.Tensors().Where(tensor => tensor.Name != Unembedding)));
        Refused($"has no tensor {Unembedding}");
    }

    [Fact]
    public void Open_TypeNamedNowhere_IsWhatTheUnembeddingIsStoredAs()
    {
        var config = CheckpointFolder.Config();
        config.Remove("torch_dtype");
        _folder.Complete().Write("config.json", config.ToJsonString());
        using var checkpoint = Checkpoint.Open(_folder.Path);
        Assert.Equal("float16", checkpoint.Config.DType);
    }

    [Fact]
    public void Open_SingleFileBesideAnIndex_TakesTheSingleFile()
    {
        _folder.Complete().Write(CheckpointFolder.Index, "not read");
        using var checkpoint = Checkpoint.Open(_folder.Path);
        Assert.True(checkpoint.Weights.Contains(Unembedding));
    }

    [Fact]
    public void Open_NoSuchFolder_IsRefused()
    {
        var refusal = Assert.Throws<RefusedInputException>(() => Checkpoint.Open(_folder.At("nowhere")));
        Assert.Contains("There is no folder", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("a\0b")]
    public void Open_NoPath_IsRefused(string path) => Assert.Throws<RefusedInputException>(() => Checkpoint.Open(path));

    [Fact]
    public void Open_FileInsteadOfFolder_IsRefused()
    {
        _folder.Complete();
        var refusal = Assert.Throws<RefusedInputException>(() => Checkpoint.Open(_folder.At("config.json")));
        Assert.Contains("is a file: give the folder", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_EmptyFolder_IsRefused() => Refused("is empty: download the checkpoint into it");

    [Fact]
    public void Open_HubCacheAboveTheSnapshot_SaysWhereToLook()
    {
        Directory.CreateDirectory(_folder.At("snapshots"));
        Refused("inside its snapshots folder");
    }

    [Theory]
    [InlineData("config.json", "has no config.json")]
    [InlineData("tokenizer.model", "has no tokenizer (neither tokenizer.model nor tokenizer.json): download one of them")]
    [InlineData("preprocessor_config.json", "has no preprocessor_config.json")]
    [InlineData("model.safetensors", "has no weights (neither model.safetensors nor model.safetensors.index.json)")]
    public void Open_FileMissing_IsRefusedByName(string name, string expected)
    {
        _folder.Complete().Delete(name);
        Refused(expected);
    }

    [Fact]
    public void Open_PickledWeightsOnly_AsksForSafetensors()
    {
        _folder.Complete().Delete("model.safetensors").Write("pytorch_model.bin", "PK");
        Refused("pytorch_model.bin, a format that can run code");
    }

    [Fact]
    public void Open_ShardsWithoutIndex_AsksForTheIndex()
    {
        _folder.CompleteInShards().Delete(CheckpointFolder.Index);
        Refused("which says what is in which shard");
    }

    [Fact]
    public void Open_MissingShards_AreNamedAndCounted()
    {
        _folder.CompleteInShards().Delete("model-00002-of-00003.safetensors").Delete("model-00003-of-00003.safetensors");
        Refused("lacks model-00002-of-00003.safetensors and 1 more of 3 shards");
    }

    [Fact]
    public void Open_ShardWithoutAPromisedTensor_IsRefused()
    {
        _folder.CompleteInShards();
        var index = JsonNode.Parse(File.ReadAllText(_folder.At(CheckpointFolder.Index)))!;
        index["weight_map"]!["language_model.model.layers.9.x"] = "model-00001-of-00003.safetensors";
        _folder.Write(CheckpointFolder.Index, index.ToJsonString());
        Refused("model-00001-of-00003.safetensors lacks tensor language_model.model.layers.9.x");
    }

    [Theory]
    [InlineData("""{"weight_map": {"a": "../x.safetensors"}}""", "'../x.safetensors', which is no file of this folder")]
    [InlineData("""{"weight_map": {"a": "..\\x.safetensors"}}""", "which is no file of this folder")]
    [InlineData("""{"weight_map": {"a": "/etc/passwd"}}""", "which is no file of this folder")]
    [InlineData("""{"weight_map": {"a": ".."}}""", "which is no file of this folder")]
    [InlineData("""{"weight_map": {"a": ""}}""", "which is no file of this folder")]
    [InlineData("""{"weight_map": {"a": "x\u0000y"}}""", "which is no file of this folder")]
    [InlineData("""{"weight_map": {"a": 7}}""", "which is no file of this folder")]
    [InlineData("""{"weight_map": {"a": "config.json"}}""", "config.json claims a header")]
    [InlineData("""{"weight_map": {"a": "m.safetensors", "a": "m.safetensors"}}""", "names a twice")]
    [InlineData("""{"weight_map": {}}""", "names no weights")]
    [InlineData("""{"weight_map": []}""", "has no weight_map")]
    [InlineData("""{"weight_map": {"\ud800": "m"}}""", "not valid Unicode")]
    [InlineData("{}", "has no weight_map")]
    [InlineData("[]", "is not a JSON object")]
    [InlineData("{", "is not valid JSON")]
    public void Open_HostileIndex_IsRefused(string index, string expected)
    {
        _folder.CompleteInShards().Write(CheckpointFolder.Index, index);
        Refused(expected);
    }

    [Fact]
    public void Open_TensorsOfAnotherShape_NamesTheFirstAndCountsTheRest()
    {
        var config = CheckpointFolder.Config();
        config["text_config"]!["intermediate_size"] = 7;
        _folder.Complete().Write("config.json", config.ToJsonString());
        Refused("has tensor language_model.model.layers.0.mlp.gate_proj.weight of shape (6, 4) where config.json asks for (7, 4), and 2 other tensors");
    }

    [Fact]
    public void Open_ConfigWithTwoBillionLayers_IsRefusedAtOnce()
    {
        var config = CheckpointFolder.Config();
        config["text_config"]!["num_hidden_layers"] = int.MaxValue;
        _folder.Complete().Write("config.json", config.ToJsonString());
        Refused("and at least 999 other tensors");
    }

    [Fact]
    public void Open_FeatureLayerOutsideTheTower_IsRefused()
    {
        var config = CheckpointFolder.Config();
        config["vision_feature_layer"] = -4;
        _folder.Complete().Write("config.json", config.ToJsonString());
        Refused("the vision feature layer -4, which does not exist in a tower of 2 blocks");
    }

    [Theory]
    [InlineData("text_config", "hidden_act", "relu6")]
    [InlineData("vision_config", "hidden_act", "gelu_new\n")]
    [InlineData(null, "projector_hidden_act", "tanh")]
    public void Open_ActivationThatIsNotComputed_IsRefusedInOneLine(string? part, string key, string activation)
    {
        var config = CheckpointFolder.Config();
        (part is null ? config : config[part]!.AsObject())[key] = activation;
        _folder.Complete().Write("config.json", config.ToJsonString());
        var refusal = Assert.Throws<RefusedInputException>(() => Checkpoint.Open(_folder.Path));
        Assert.Contains("which LogitLens cannot compute: use a checkpoint with silu, swish, gelu, quick_gelu or gelu_pytorch_tanh", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal.Message);
    }

    [Fact]
    public void Open_ImageTokenOutsideTheVocabulary_IsRefused()
    {
        var config = CheckpointFolder.Config();
        config.Remove("image_token_index");
        _folder.Complete().Write("config.json", config.ToJsonString());
        Refused("names 32000 as the image token, but the vocabulary has the ids 0 to 7");
    }

    [Fact]
    public void Open_ClassTokenKept_IsRefused()
    {
        var config = CheckpointFolder.Config();
        config["vision_feature_select_strategy"] = "full";
        _folder.Complete().Write("config.json", config.ToJsonString());
        Refused("class token");
    }

    [Theory]
    [InlineData("llava", "vision_feature_select_strategy 'default'")]
    [InlineData("vipllava", "as vipllava always does")]
    public void Open_FirstPatchDropped_IsRefused(string modelType, string expected)
    {
        var config = CheckpointFolder.Config();
        config["model_type"] = modelType;
        config["vision_config"]!["model_type"] = "siglip_vision_model";
        _folder.Complete().Write("config.json", config.ToJsonString());
        Refused(expected);
    }

    [Fact]
    public void Open_SiglipConfigOverClipWeights_NamesWhatIsMissing()
    {
        var config = CheckpointFolder.Config();
        config["vision_feature_select_strategy"] = "full";
        config["vision_config"]!["model_type"] = "siglip_vision_model";
        _folder.Complete().Write("config.json", config.ToJsonString());
        Refused("has no tensor vision_tower.vision_model.embeddings.patch_embedding.bias, and 1 other tensor");
    }

    [Fact]
    public void Open_Qwen2ConfigOverLlamaWeights_NamesWhatIsMissing()
    {
        var config = CheckpointFolder.Config();
        config["text_config"]!["model_type"] = "qwen2";
        config["text_config"]!["num_key_value_heads"] = 2;
        _folder.Complete().Write("config.json", config.ToJsonString());
        Refused("has no tensor language_model.model.layers.0.self_attn.q_proj.bias, and 2 other tensors");
    }

    [Fact]
    public void Open_ViPConfigOverPlainProjector_NamesWhatIsMissing()
    {
        var config = CheckpointFolder.Config();
        config["model_type"] = "vipllava";
        config["vision_feature_layers"] = -2;
        _folder.Complete().Write("config.json", config.ToJsonString());
        Refused("has no tensor multi_modal_projector.projector_layernorm.weight, and 1 other tensor");
    }

    [Fact]
    public void Open_IntegerWeights_AreRefusedAsQuantised()
    {
        _folder.Complete().Write("model.safetensors", StoredWeights.File([("language_model.model.layers.0.mlp.up_proj.qweight", "I32", [2], new byte[8]), .. CheckpointFolder.Tensors()]));
        Refused("qweight is stored as I32");
    }

    [Fact]
    public void Open_BothKeysOfOneTensor_AreRefused()
    {
        _folder.Complete().Write("model.safetensors", StoredWeights.File([.. CheckpointFolder.Tensors(), ("lm_head.weight", "F16", [1], new byte[2])]));
        Refused("tensor lm_head.weight is in the checkpoint twice, as language_model.lm_head.weight");
    }

    [Fact]
    public void Read_ShardCutShortAfterOpening_IsRefused()
    {
        using var checkpoint = Checkpoint.Open(_folder.CompleteInShards().Path);
        _folder.CutShort("model-00003-of-00003.safetensors");

        var refusal = Assert.Throws<RefusedInputException>(() => checkpoint.Weights.Read(Unembedding, new float[32]));
        Assert.Contains("model-00003-of-00003.safetensors", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ComputeHash_CopyInAnotherFolder_IsTheSame()
    {
        using var copy = new CheckpointFolder();
        using var here = Checkpoint.Open(_folder.Complete().Path);
        using var there = Checkpoint.Open(copy.Complete().Path);
        var hash = here.ComputeHash(TestContext.Current.CancellationToken);
        Assert.Matches("^[0-9a-f]{64}$", hash);
        Assert.Equal(hash, there.ComputeHash(TestContext.Current.CancellationToken));
        Assert.NotEqual(here.Fingerprint, there.Fingerprint);
    }

    [Theory]
    [InlineData("config.json", true)]
    [InlineData("generation_config.json", true)]
    [InlineData("preprocessor_config.json", true)]
    [InlineData("tokenizer.model", true)]
    [InlineData("model-00002-of-00003.safetensors", true)]
    [InlineData("model.safetensors.index.json", true)]
    [InlineData("README.md", false)]
    public void ComputeHash_FileChanged_ChangesWhereItDecidesResults(string name, bool decides)
    {
        using var checkpoint = Checkpoint.Open(_folder.CompleteInShards().Path);
        var hash = checkpoint.ComputeHash(TestContext.Current.CancellationToken);
        var fingerprint = checkpoint.Fingerprint;
        File.AppendAllText(_folder.At(name), "\n");
        Assert.Equal(decides, hash != checkpoint.ComputeHash(TestContext.Current.CancellationToken));
        Assert.Equal(decides, fingerprint != checkpoint.Fingerprint);
    }

    [Fact]
    public void ComputeHash_WithFiles_GivesTheSameAndEachFilesOwn()
    {
        using var checkpoint = Checkpoint.Open(_folder.CompleteInShards().Path);
        var files = new Dictionary<string, string>();
        Assert.Equal(checkpoint.ComputeHash(TestContext.Current.CancellationToken), checkpoint.ComputeHash(files, TestContext.Current.CancellationToken));
        Assert.Contains("config.json", files.Keys);
        Assert.Contains("model-00002-of-00003.safetensors", files.Keys);
        Assert.All(files, file => Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(_folder.At(file.Key)))), file.Value));
    }

    [Fact]
    public void ComputeHash_Cancelled_Stops()
    {
        using var checkpoint = Checkpoint.Open(_folder.Complete().Path);
        Assert.Throws<OperationCanceledException>(() => checkpoint.ComputeHash(new CancellationToken(canceled: true)));
    }

    [Fact]
    public void ComputeHash_FolderGone_IsRefused()
    {
        using var copy = new CheckpointFolder();
        using var checkpoint = Checkpoint.Open(copy.Complete().Path);
        Directory.Move(copy.Path, _folder.At("moved"));
        Assert.Throws<RefusedInputException>(() => checkpoint.ComputeHash(TestContext.Current.CancellationToken));
        Assert.Throws<RefusedInputException>(() => checkpoint.Fingerprint);
        Directory.Move(_folder.At("moved"), copy.Path);
    }

    [Fact]
    public void Dispose_AfterOpening_ClosesTheFiles()
    {
        var checkpoint = Checkpoint.Open(_folder.Complete().Path);
        checkpoint.Dispose();
        Assert.Throws<ObjectDisposedException>(() => checkpoint.Weights.Read(Unembedding, new float[32]));
    }

    private void Refused(string expected)
    {
        var refusal = Assert.Throws<RefusedInputException>(() => Checkpoint.Open(_folder.Path));
        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
        Assert.EndsWith(".", refusal.Message, StringComparison.Ordinal);
    }
}
