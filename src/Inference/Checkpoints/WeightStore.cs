using System.Text.Json;

namespace LogitLens.Inference.Checkpoints;

/// <summary>The tensors of one or more safetensors files, read with <see cref="RandomAccess"/> into memory the caller owns.</summary>
public sealed class WeightStore : IDisposable
{
    private const string Single = "model.safetensors";
    private const string Index = "model.safetensors.index.json";
    private const long MaxIndexBytes = 64 << 20;

    private readonly List<SafetensorsFile> _files = [];
    private readonly Dictionary<string, (SafetensorsFile File, SafetensorsFile.Entry Entry)> _tensors = new(StringComparer.Ordinal);

    private WeightStore()
    {
    }

    /// <summary>Total bytes of all tensors as stored.</summary>
    public long StoredBytes => _tensors.Values.Distinct().Sum(tensor => tensor.Entry.End - tensor.Entry.Begin);

    /// <summary>Every canonical key, in no order.</summary>
    public IReadOnlyCollection<string> Keys => _tensors.Keys;

    /// <summary>Whether a tensor of that canonical key exists.</summary>
    public bool Contains(string key) => _tensors.ContainsKey(key);

    /// <summary>The shape of a tensor.</summary>
    /// <exception cref="RefusedInputException">No such tensor.</exception>
    public IReadOnlyList<long> ShapeOf(string key) => Find(key).Entry.Shape;

    /// <summary>Reads a tensor and converts F32, F16 or BF16 to float.</summary>
    /// <param name="key">The canonical key.</param>
    /// <param name="destination">As many elements as the shape's product.</param>
    /// <exception cref="RefusedInputException">No such tensor, or the file was cut short since it was opened.</exception>
    public void Read(string key, Span<float> destination)
    {
        var (file, entry) = Find(key);
        file.Read(entry, destination);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var file in _files)
        {
            file.Dispose();
        }
    }

    /// <summary>Opens every weight file of a folder and checks their headers.</summary>
    internal static WeightStore Open(string folder, bool tiedEmbeddings)
    {
        var store = new WeightStore();
        try
        {
            var index = Path.Combine(folder, Index);
            if (File.Exists(index))
            {
                store.AddShards(folder, index);
            }
            else if (File.Exists(Path.Combine(folder, Single)))
            {
                store.Add(Path.Combine(folder, Single));
            }
            else
            {
                var hasPickle = Directory.EnumerateFiles(folder, "*.bin").Any();
                throw new RefusedInputException(
                    $"The folder {folder} has neither {Single} nor {Index}"
                    + (hasPickle ? ", only *.bin files, which LogitLens does not read: save the checkpoint as safetensors." : ": the weights are missing, download them."));
            }

            const string Embedding = "language_model.model.embed_tokens.weight";
            const string Unembedding = "language_model.lm_head.weight";
            if (tiedEmbeddings && !store.Contains(Unembedding) && store._tensors.TryGetValue(Embedding, out var embedding))
            {
                store._tensors[Unembedding] = embedding;
            }

            return store;
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    private static Dictionary<string, string> ReadIndex(string path)
    {
        try
        {
            if (new FileInfo(path).Length > MaxIndexBytes)
            {
                throw new RefusedInputException($"{path} is larger than an index may be ({MaxIndexBytes:N0} bytes): download it again.");
            }

            using var document = JsonDocument.Parse(File.ReadAllBytes(path), new JsonDocumentOptions { MaxDepth = 8 });
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("weight_map", out var map) || map.ValueKind != JsonValueKind.Object)
            {
                throw new RefusedInputException($"{path} has no weight_map: download it again.");
            }

            var keys = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var property in map.EnumerateObject())
            {
                var shard = property.Value.ValueKind == JsonValueKind.String ? property.Value.GetString()! : string.Empty;
                if (shard.Length == 0 || shard != Path.GetFileName(shard) || shard is "." or "..")
                {
                    throw new RefusedInputException($"{path} puts {property.Name} into '{shard}', which is no file name of this folder: download it again.");
                }

                if (!keys.TryAdd(property.Name, shard))
                {
                    throw new RefusedInputException($"{path} names {property.Name} twice: download it again.");
                }
            }

            return keys;
        }
        catch (JsonException exception)
        {
            throw new RefusedInputException($"{path} is not valid JSON: download it again.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new RefusedInputException($"{path} cannot be read: {exception.Message}", exception);
        }
    }

    private void AddShards(string folder, string index)
    {
        var keys = ReadIndex(index);
        foreach (var shard in keys.GroupBy(pair => pair.Value, pair => pair.Key, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            var path = Path.Combine(folder, shard.Key);
            if (!File.Exists(path))
            {
                throw new RefusedInputException($"The shard {path} is missing, though {Index} names it: download it.");
            }

            var file = Add(path);
            if (shard.FirstOrDefault(key => !file.Tensors.ContainsKey(key)) is { } missing)
            {
                throw new RefusedInputException($"{path} lacks tensor {missing}, which {Index} says is in it: download both again.");
            }
        }
    }

    private SafetensorsFile Add(string path)
    {
        var file = SafetensorsFile.Open(path);
        _files.Add(file);
        foreach (var (stored, entry) in file.Tensors)
        {
            if (CanonicalKeys.Of(stored) is { } key && !_tensors.TryAdd(key, (file, entry)))
            {
                throw new RefusedInputException($"{path}: tensor {stored} is in the checkpoint twice: download it again.");
            }
        }

        return file;
    }

    private (SafetensorsFile File, SafetensorsFile.Entry Entry) Find(string key) => _tensors.TryGetValue(key, out var tensor)
        ? tensor
        : throw new RefusedInputException($"The checkpoint has no tensor {key}: it is incomplete or of another architecture than its config.json says.");
}
