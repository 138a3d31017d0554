using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace LogitLens.Inference.Checkpoints;

/// <summary>A model on disk: a folder in Hugging Face layout, opened and checked; weights are read when asked for.</summary>
public sealed class Checkpoint : IDisposable
{
    private static readonly string[] TokenizerFiles = ["tokenizer.model", "tokenizer.json"];

    private static readonly string[] DecidingFiles =
    [
        "added_tokens.json", "chat_template.jinja", "config.json", "generation_config.json", "preprocessor_config.json", "processor_config.json",
        "special_tokens_map.json", "tokenizer.json", "tokenizer.model", "tokenizer_config.json",
    ];

    private Checkpoint(string folder, CheckpointConfig config, WeightStore weights)
    {
        Folder = folder;
        Config = config;
        Weights = weights;
    }

    /// <summary>The full path of the folder.</summary>
    public string Folder { get; }

    /// <summary>The folder's name.</summary>
    public string Name => Path.GetFileName(Folder);

    /// <summary>What <c>config.json</c> says.</summary>
    public CheckpointConfig Config { get; }

    /// <summary>The weights, by canonical key (the published hub layout: <c>language_model.model.layers.0.…</c>, <c>language_model.lm_head.weight</c>, <c>vision_tower.vision_model.…</c>, <c>multi_modal_projector.…</c>).</summary>
    public WeightStore Weights { get; }

    /// <summary>Folder, names, lengths and modification times of the files that <see cref="ComputeHash"/> reads: changes when they may have changed.</summary>
    public string Fingerprint
    {
        get
        {
            var text = new StringBuilder(Folder);
            foreach (var file in HashedFiles())
            {
                var info = new FileInfo(file);
                text.Append('\n').Append(CultureInfo.InvariantCulture, $"{info.Name} {info.Length} {info.LastWriteTimeUtc.Ticks}");
            }

            return text.ToString();
        }
    }

    /// <summary>Opens and checks a folder: config, every shard's header, every tensor the architecture needs with its shape.</summary>
    /// <exception cref="RefusedInputException">Something is missing, cut short, lying or unsupported; the sentence says which.</exception>
    public static Checkpoint Open(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (!Directory.Exists(folder))
        {
            throw new RefusedInputException($"There is no folder {folder}: give the folder of a checkpoint in Hugging Face layout.");
        }

        var config = CheckpointConfigReader.Read(folder);
        if (!TokenizerFiles.Any(name => File.Exists(Path.Combine(folder, name))))
        {
            throw new RefusedInputException($"The folder {folder} has no tokenizer ({string.Join(" or ", TokenizerFiles)}): download it beside the weights.");
        }

        if (!File.Exists(Path.Combine(folder, "preprocessor_config.json")))
        {
            throw new RefusedInputException($"The folder {folder} has no preprocessor_config.json, which says how pictures are prepared: download it beside the weights.");
        }

        if (config.ImageTokenId < 0)
        {
            throw new RefusedInputException($"config.json: image_token_index is {config.ImageTokenId}; it has to be a token id.");
        }

        var weights = WeightStore.Open(folder, config.TieWordEmbeddings);
        try
        {
            RequiredWeights.Check(config, weights);
            return new Checkpoint(folder, config, weights);
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    /// <summary>SHA-256, in lower-case hex, over the names and contents of all files that decide results (config, tokenizer, preprocessor, weights).</summary>
    /// <remarks>Reads every byte: seconds per ten gigabytes. Callers keep the result by <see cref="Fingerprint"/>.</remarks>
    /// <exception cref="RefusedInputException">A file cannot be read.</exception>
    public string ComputeHash(CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 20);
        try
        {
            foreach (var file in HashedFiles())
            {
                using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
                hash.AppendData(Encoding.UTF8.GetBytes($"{Path.GetFileName(file)}\0{stream.Length}\0"));
                int read;
                while ((read = stream.Read(buffer)) > 0)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    hash.AppendData(buffer, 0, read);
                }
            }

            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new RefusedInputException($"The checkpoint {Folder} cannot be read: {exception.Message}", exception);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Weights.Dispose();

    private List<string> HashedFiles() =>
    [
        .. Directory.EnumerateFiles(Folder)
            .Where(path => Path.GetFileName(path) is var name
                && (DecidingFiles.Contains(name) || name.EndsWith(".safetensors", StringComparison.Ordinal) || name.EndsWith(".safetensors.index.json", StringComparison.Ordinal)))
            .Order(StringComparer.Ordinal),
    ];
}
