using System.Text.Json;

namespace LogitLens.Inference.Checkpoints;

/// <summary>The tensors of one or more safetensors files, read with <see cref="RandomAccess"/> into memory the caller owns. Safe for reads at once.</summary>
public sealed class WeightStore : IDisposable
{
    private const string SingleName = "model.safetensors";
    private const string IndexName = "model.safetensors.index.json";
    private const long MaxIndexBytes = 16 << 20;

    private readonly List<SafetensorsFile> _files = [];
    private readonly Dictionary<string, (SafetensorsFile File, StoredTensor Tensor)> _tensors = new(StringComparer.Ordinal);

    private readonly string _folder;
    private readonly bool _tiedEmbeddings;

    private WeightStore(string folder, bool tiedEmbeddings)
    {
        _folder = folder;
        _tiedEmbeddings = tiedEmbeddings;
    }

    /// <summary>Total bytes of all tensors as stored; a tied unembedding counts once.</summary>
    public long StoredBytes { get; private set; }

    /// <summary>Total numbers in all tensors; a tied unembedding counts once. Four times as many bytes in fp32.</summary>
    public long Elements { get; private set; }

    /// <summary>Every canonical key, in no order.</summary>
    public IReadOnlyCollection<string> Keys => _tensors.Keys;

    /// <summary>Whether a tensor of that canonical key exists.</summary>
    public bool Contains(string key) => _tensors.ContainsKey(key);

    /// <summary>The shape of a tensor.</summary>
    /// <exception cref="RefusedInputException">No such tensor.</exception>
    public IReadOnlyList<long> ShapeOf(string key) => Find(key).Tensor.Shape;

    /// <summary>Reads a tensor and converts F32, F16 or BF16 to float.</summary>
    /// <param name="key">The canonical key.</param>
    /// <param name="destination">As many elements as the shape's product.</param>
    /// <exception cref="RefusedInputException">No such tensor, or the file was cut short since it was opened.</exception>
    public void Read(string key, Span<float> destination)
    {
        var (file, tensor) = Find(key);
        if (destination.Length != tensor.Elements)
        {
            throw new ArgumentException($"The tensor has {tensor.Elements} elements, the destination {destination.Length}.", nameof(destination));
        }

        file.Read(tensor, 0, destination);
    }

    /// <summary>Reads a stretch of a tensor's numbers and converts them to float.</summary>
    internal void Read(string key, long first, Span<float> destination)
    {
        var (file, tensor) = Find(key);
        file.Read(tensor, first, destination);
    }

    /// <summary>Reads a stretch of a tensor's numbers as they are stored.</summary>
    internal void ReadStored(string key, long first, Span<byte> destination)
    {
        var (file, tensor) = Find(key);
        file.ReadStored(tensor, first, destination);
    }

    /// <summary>Where a tensor lies, and as what.</summary>
    internal StoredTensor TensorOf(string key) => Find(key).Tensor;

    /// <summary>The same files opened once more, for whoever reads longer than the checkpoint is kept open.</summary>
    /// <exception cref="RefusedInputException">They have changed since.</exception>
    internal WeightStore Reopen() => Open(_folder, _tiedEmbeddings);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var file in _files)
        {
            file.Dispose();
        }
    }

    /// <summary>Opens every weight file of a folder and checks their headers.</summary>
    /// <exception cref="RefusedInputException">A file is missing, cut short or lying.</exception>
    internal static WeightStore Open(string folder, bool tiedEmbeddings)
    {
        var store = new WeightStore(folder, tiedEmbeddings);
        try
        {
            // Where a folder has both, transformers takes the single file.
            var single = Path.Combine(folder, SingleName);
            if (File.Exists(single))
            {
                store.Add(single);
            }
            else if (File.Exists(Path.Combine(folder, IndexName)))
            {
                store.AddShards(folder);
            }
            else
            {
                throw NoWeights(folder);
            }

            if (tiedEmbeddings && store._tensors.TryGetValue(RequiredWeights.Embedding, out var embedding))
            {
                store._tensors[RequiredWeights.Unembedding] = embedding;
            }

            return store;
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>What a tensor is stored as, in the words of <c>torch_dtype</c>.</summary>
    internal string TypeOf(string key) => Find(key).Tensor.Type switch
    {
        StoredType.F16 => "float16",
        StoredType.BF16 => "bfloat16",
        _ => "float32",
    };

    private static RefusedInputException NoWeights(string folder)
    {
        string[] other = [.. Directory.EnumerateFiles(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
        var shard = other.FirstOrDefault(name => name.EndsWith(".safetensors", StringComparison.Ordinal));
        var pickle = other.FirstOrDefault(name => Path.GetExtension(name) is ".bin" or ".pth" or ".pt");
        return new(
            shard is not null ? $"The folder {folder} has {shard}, but neither {SingleName} nor {IndexName}, which says what is in which shard: download the index beside the shards."
            : pickle is not null ? $"The folder {folder} has its weights in {pickle}, a format that can run code when it is opened and that LogitLens does not read: save the checkpoint as safetensors."
            : $"The folder {folder} has no weights (neither {SingleName} nor {IndexName}): download them beside config.json.");
    }

    private static Dictionary<string, string> ReadIndex(string path) => JsonFile.Read(path, MaxIndexBytes, root =>
    {
        if (!root.TryGetProperty("weight_map", out var map) || map.ValueKind != JsonValueKind.Object)
        {
            throw new RefusedInputException($"{path} has no weight_map, which says what is in which shard: download it again.");
        }

        var shards = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var property in map.EnumerateObject())
        {
            var shard = property.Value.ValueKind == JsonValueKind.String ? property.Value.GetString()! : string.Empty;
            if (shard is "" or "." or ".." || shard.AsSpan().ContainsAny('/', '\\', '\0'))
            {
                throw new RefusedInputException($"{path} puts {Shown.Text(property.Name)} into '{Shown.Text(shard)}', which is no file of this folder: download it again.");
            }

            if (!shards.TryAdd(property.Name, shard))
            {
                throw new RefusedInputException($"{path} names {Shown.Text(property.Name)} twice: download it again.");
            }
        }

        return shards.Count > 0 ? shards : throw new RefusedInputException($"{path} names no weights: download it again.");
    });

    private void AddShards(string folder)
    {
        var shards = ReadIndex(Path.Combine(folder, IndexName))
            .GroupBy(pair => pair.Value, pair => pair.Key, StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .ToList();
        string[] missing = [.. shards.Where(shard => !File.Exists(Path.Combine(folder, shard.Key))).Select(shard => Shown.Text(shard.Key))];
        if (missing.Length > 0)
        {
            var others = missing.Length > 1 ? $" and {missing.Length - 1} more" : string.Empty;
            throw new RefusedInputException($"The folder {folder} lacks {missing[0]}{others} of {shards.Count} shards that {IndexName} names: download what is missing.");
        }

        foreach (var shard in shards)
        {
            var file = Add(Path.Combine(folder, shard.Key));
            if (shard.FirstOrDefault(key => !file.Tensors.ContainsKey(key)) is { } absent)
            {
                throw new RefusedInputException($"{file.Path} lacks tensor {Shown.Text(absent)}, which {IndexName} says is in it: download both again.");
            }
        }
    }

    private SafetensorsFile Add(string path)
    {
        var file = SafetensorsFile.Open(path);
        _files.Add(file);
        foreach (var (name, tensor) in file.Tensors)
        {
            if (CanonicalKeys.Of(name) is not { } key)
            {
                continue;
            }

            if (tensor.Type == StoredType.Other)
            {
                throw new RefusedInputException(
                    $"{path}: tensor {Shown.Text(name)} is stored as {tensor.TypeName}, but LogitLens reads F32, F16 and BF16: use the checkpoint before quantisation, or save it in one of these.");
            }

            if (!_tensors.TryAdd(key, (file, tensor)))
            {
                throw new RefusedInputException($"{path}: tensor {Shown.Text(name)} is in the checkpoint twice, as {Shown.Text(key)}: download the weights again.");
            }

            StoredBytes += tensor.End - tensor.Begin;
            Elements += tensor.Elements;
        }

        return file;
    }

    private (SafetensorsFile File, StoredTensor Tensor) Find(string key) => _tensors.TryGetValue(key, out var tensor)
        ? tensor
        : throw new RefusedInputException($"The checkpoint has no tensor {key}: it is incomplete or of another architecture than its config.json says.");
}
