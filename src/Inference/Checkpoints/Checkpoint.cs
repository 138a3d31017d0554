using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LogitLens.Inference.Tokenization;

namespace LogitLens.Inference.Checkpoints;

/// <summary>A model on disk: a folder in Hugging Face layout, opened and checked; weights are read when asked for.</summary>
public sealed class Checkpoint : IDisposable
{
    private const string ConfigName = "config.json";
    private const string PreprocessorName = "preprocessor_config.json";

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

    /// <summary>See <see cref="FingerprintOf"/>.</summary>
    /// <exception cref="RefusedInputException">The folder cannot be listed.</exception>
    public string Fingerprint => FingerprintOf(Folder);

    /// <summary>Folder, names, lengths and modification times of the files that <see cref="ComputeHash(CancellationToken)"/> reads: changes when they may have changed. Opens none of them.</summary>
    /// <param name="folder">The full path of a checkpoint's folder.</param>
    /// <exception cref="RefusedInputException">It is no checkpoint's folder, or cannot be listed.</exception>
    public static string FingerprintOf(string folder) => Reading(folder, () =>
    {
        CheckFolder(folder);
        var text = new StringBuilder(folder);
        foreach (var file in HashedFiles(folder))
        {
            // The hub's cache is a folder of links, and a link's own length and time say nothing about its target.
            FileSystemInfo info = new FileInfo(file);
            var target = info.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? (FileInfo)info;
            text.Append(CultureInfo.InvariantCulture, $"\n{info.Name} {target.Length} {target.LastWriteTimeUtc.Ticks}");
        }

        return text.ToString();
    });

    /// <summary>Opens and checks a folder: config, every shard's header, every tensor the architecture needs with its shape.</summary>
    /// <exception cref="RefusedInputException">Something is missing, cut short, lying or unsupported; the sentence says which.</exception>
    public static Checkpoint Open(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        if (string.IsNullOrWhiteSpace(folder) || folder.Contains('\0', StringComparison.Ordinal))
        {
            throw new RefusedInputException("No checkpoint folder was named: give the folder of a checkpoint in Hugging Face layout.");
        }

        folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        return Reading(folder, () => OpenChecked(folder));
    }

    /// <summary>SHA-256, in lower-case hex, over the names and contents of all files that decide results (config, tokenizer, preprocessor, weights).</summary>
    /// <remarks>Reads every byte: seconds per ten gigabytes. Callers keep the result by <see cref="Fingerprint"/>.</remarks>
    /// <exception cref="RefusedInputException">A file cannot be read.</exception>
    public string ComputeHash(CancellationToken cancellationToken) => ComputeHash(null, cancellationToken);

    /// <summary>As <see cref="ComputeHash(CancellationToken)"/>, and each file's own SHA-256, the one that hubs publish; hashing takes twice as long.</summary>
    /// <param name="files">Takes the files' hashes, in lower-case hex, by file name; null where nobody asks.</param>
    /// <exception cref="RefusedInputException">A file cannot be read.</exception>
    public string ComputeHash(IDictionary<string, string>? files, CancellationToken cancellationToken) => Reading(Folder, () =>
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var ofFile = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 20);
        try
        {
            foreach (var file in HashedFiles(Folder))
            {
                using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);

                // Name and length in front, so that no two folders make the same sequence of bytes.
                hash.AppendData(Encoding.UTF8.GetBytes($"{Path.GetFileName(file)}\0{stream.Length}\0"));
                int read;
                do
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    read = stream.Read(buffer);
                    hash.AppendData(buffer, 0, read);
                    if (files is not null)
                    {
                        ofFile.AppendData(buffer, 0, read);
                    }
                }
                while (read > 0);

                if (files is not null)
                {
                    files[Path.GetFileName(file)] = Convert.ToHexStringLower(ofFile.GetHashAndReset());
                }
            }

            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    });

    /// <summary>Opens the folder's tokenizer and checks that it fits the config.</summary>
    /// <exception cref="RefusedInputException">A tokenizer that cannot be used, or one of another checkpoint.</exception>
    public CheckpointTokenizer OpenTokenizer()
    {
        var tokenizer = CheckpointTokenizer.Open(Folder, Config.Text.VocabularySize);
        return tokenizer.FindSpecial(PromptTemplate.ImagePlaceholder) == Config.ImageTokenId
            ? tokenizer
            : throw new RefusedInputException(
                $"The tokenizer in {Folder} has no special token {PromptTemplate.ImagePlaceholder} with the id {Config.ImageTokenId} that config.json names: take added_tokens.json and tokenizer files from the same checkpoint.");
    }

    /// <inheritdoc/>
    public void Dispose() => Weights.Dispose();

    private static Checkpoint OpenChecked(string folder)
    {
        CheckFolder(folder);
        var config = CheckpointConfigReader.Read(folder);
        SupportedArchitectures.Check(config);
        if (!TokenizerFiles.Any(name => File.Exists(Path.Combine(folder, name))))
        {
            throw new RefusedInputException($"The folder {folder} has no tokenizer (neither {string.Join(" nor ", TokenizerFiles)}): download one of them beside the weights.");
        }

        if (!File.Exists(Path.Combine(folder, PreprocessorName)))
        {
            throw new RefusedInputException($"The folder {folder} has no {PreprocessorName}, which says how pictures are prepared: download it beside the weights.");
        }

        if (config.ImageTokenId < 0 || config.ImageTokenId >= config.Text.VocabularySize)
        {
            throw new RefusedInputException(
                $"{Path.Combine(folder, ConfigName)} names {config.ImageTokenId} as the image token, but the vocabulary has the ids 0 to {config.Text.VocabularySize - 1}: correct image_token_index or vocab_size, or download the file again.");
        }

        var weights = WeightStore.Open(folder, config.TieWordEmbeddings);
        try
        {
            RequiredWeights.Check(folder, config, weights);
            return new Checkpoint(folder, config.DType.Length > 0 ? config : config with { DType = weights.TypeOf(RequiredWeights.Unembedding) }, weights);
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    private static void CheckFolder(string folder)
    {
        if (File.Exists(folder))
        {
            throw new RefusedInputException($"{folder} is a file: give the folder that holds the checkpoint's {ConfigName}.");
        }

        if (!Directory.Exists(folder))
        {
            throw new RefusedInputException($"There is no folder {folder}: give the folder of a checkpoint in Hugging Face layout.");
        }

        if (!File.Exists(Path.Combine(folder, ConfigName)))
        {
            throw new RefusedInputException(
                !Directory.EnumerateFileSystemEntries(folder).Any() ? $"The folder {folder} is empty: download the checkpoint into it."
                : Directory.Exists(Path.Combine(folder, "snapshots")) ? $"The folder {folder} is the hub's cache of a checkpoint: give the folder inside its snapshots folder."
                : $"The folder {folder} has no {ConfigName}: give the folder of a checkpoint in Hugging Face layout.");
        }
    }

    private static T Reading<T>(string folder, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new RefusedInputException($"The checkpoint {folder} cannot be read: {exception.Message}", exception);
        }
    }

    private static List<string> HashedFiles(string folder) =>
    [
        .. Directory.EnumerateFiles(folder)
            .Where(path => Path.GetFileName(path) is var name
                && (DecidingFiles.Contains(name) || name.EndsWith(".safetensors", StringComparison.Ordinal) || name.EndsWith(".safetensors.index.json", StringComparison.Ordinal)))
            .Order(StringComparer.Ordinal),
    ];
}
