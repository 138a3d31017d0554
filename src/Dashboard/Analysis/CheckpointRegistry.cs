using System.Collections.Concurrent;
using System.Text.Json;
using LogitLens.Dashboard.Hosting;
using LogitLens.Inference;
using LogitLens.Inference.Checkpoints;
using LogitLens.Inference.Imaging;
using LogitLens.Storage;
using LogitLens.Storage.Catalogue;
using Microsoft.Extensions.Options;

namespace LogitLens.Dashboard.Analysis;

/// <summary>Finds checkpoints on disk, checks them, and makes them known to the database.</summary>
internal sealed partial class CheckpointRegistry(CheckpointStore store, IOptions<LogitLensOptions> options, ILogger<CheckpointRegistry> logger)
{
    /// <summary>What the demo is called.</summary>
    public const string DemoName = "LogitLens demo";

    private readonly ConcurrentDictionary<string, AvailableCheckpoint> _inspected = new();

    /// <summary>The demo checkpoint's folder: it travels with the program.</summary>
    public static string DemoFolder { get; } = Path.Combine(AppContext.BaseDirectory, "Demo", "checkpoint");

    /// <summary>The folder a run takes that names none.</summary>
    public string DefaultFolder => FullPath(options.Value.DefaultCheckpoint ?? DemoFolder);

    /// <summary>The default first, then the configured ones, those used before, and the demo; what cannot be opened is left out and logged.</summary>
    public async Task<IReadOnlyList<AvailableCheckpoint>> ListAsync(CancellationToken cancellationToken)
    {
        var used = await store.ListAsync(cancellationToken);
        var folders = new[] { DefaultFolder }
            .Concat(options.Value.CheckpointFolders.SelectMany(ChildrenOf))
            .Concat(used.Select(row => row.Folder).Where(folder => folder.Length > 0))
            .Append(DemoFolder)
            .Select(FullPath)
            .Where(Directory.Exists)
            .Distinct(StringComparer.Ordinal);
        var found = new List<AvailableCheckpoint>();
        foreach (var folder in folders)
        {
            try
            {
                found.Add(await InspectAsync(folder, cancellationToken));
            }
            catch (RefusedInputException refused)
            {
                LogLeftOut(folder, refused.Message);
            }
        }

        return found;
    }

    /// <summary>Opens and checks a folder, its tokenizer and preprocessor included, without loading weights.</summary>
    /// <exception cref="RefusedInputException">It is no checkpoint that can be used.</exception>
    public async Task<AvailableCheckpoint> InspectAsync(string folder, CancellationToken cancellationToken)
    {
        var path = FullPath(folder);
        var fingerprint = Checkpoint.FingerprintOf(path);
        if (_inspected.TryGetValue(fingerprint, out var known))
        {
            return known;
        }

        return await Task.Run(
            () =>
            {
                using var checkpoint = Open(path);
                checkpoint.OpenTokenizer();
                return _inspected[fingerprint] = Describe(checkpoint);
            },
            cancellationToken);
    }

    /// <summary>Keeps the checkpoint of a folder in the database: its hash, its sizes, its token table.</summary>
    /// <exception cref="RefusedInputException">It is no checkpoint that can be used.</exception>
    public async Task<CheckpointRow> RegisterAsync(string folder, CancellationToken cancellationToken)
    {
        using var checkpoint = await Task.Run(() => Open(FullPath(folder)), cancellationToken);
        var tokens = await Task.Run(() => checkpoint.OpenTokenizer().Tokens, cancellationToken);
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        var hash = await HashAsync(checkpoint, files, cancellationToken);
        var available = Describe(checkpoint);
        return await store.AddAsync(
            new NewCheckpoint(
                hash,
                available.Name,
                checkpoint.Folder,
                available.ModelType,
                available.Layers,
                available.VocabularySize,
                checkpoint.Config.DType,
                available.StoredBytes,
                DetailsOf(checkpoint, files),
                [.. tokens.Select(token => new TokenRow(token.Id, token.Piece, token.Text, token.Display, (byte)token.Kind))]),
            cancellationToken);
    }

    /// <summary>Opens a checkpoint the database knows, where it was last seen.</summary>
    /// <exception cref="RefusedInputException">It is gone, or another stands there now.</exception>
    public async Task<Checkpoint> OpenKnownAsync(CheckpointRow row, CancellationToken cancellationToken)
    {
        var folder = row.Folder;
        if (!Directory.Exists(folder) && row.Name == DemoName)
        {
            // The program was moved, and the demo with it.
            folder = DemoFolder;
        }

        var checkpoint = await Task.Run(() => Open(folder), cancellationToken);
        try
        {
            if (await HashAsync(checkpoint, null, cancellationToken) != row.Hash)
            {
                throw new RefusedInputException(
                    $"The files in {folder} have changed since the run was started, so its results would not belong together: put the old files back, or start a new run.");
            }

            return checkpoint;
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    private static Checkpoint Open(string folder)
    {
        var checkpoint = Checkpoint.Open(folder);
        try
        {
            // Refused here, before anything is queued.
            PictureProcessor.Open(checkpoint.Folder, checkpoint.Config);
            return checkpoint;
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    private async Task<string> HashAsync(Checkpoint checkpoint, Dictionary<string, string>? files, CancellationToken cancellationToken)
    {
        var fingerprint = checkpoint.Fingerprint;
        if (await store.FindHashAsync(fingerprint, cancellationToken) is { } known)
        {
            return known;
        }

        LogHashing(checkpoint.Folder, checkpoint.Weights.StoredBytes);
        var hash = await Task.Run(() => checkpoint.ComputeHash(files, cancellationToken), cancellationToken);
        await store.RememberHashAsync(fingerprint, hash, cancellationToken);
        return hash;
    }

    private static AvailableCheckpoint Describe(Checkpoint checkpoint) => new(
        IsDemo(checkpoint.Folder) ? DemoName : NameOf(checkpoint),
        checkpoint.Folder,
        checkpoint.Config.ModelType,
        checkpoint.Config.Text.Layers,
        checkpoint.Config.Text.VocabularySize,
        checkpoint.Weights.StoredBytes,
        PromptTemplate.Open(checkpoint.Folder),
        IsDemo(checkpoint.Folder),
        checkpoint.Config.Text.HiddenSize,
        checkpoint.Config.Vision.ImageSize / checkpoint.Config.Vision.PatchSize * (checkpoint.Config.Vision.ImageSize / checkpoint.Config.Vision.PatchSize));

    private static bool IsDemo(string folder) => string.Equals(FullPath(folder), FullPath(DemoFolder), StringComparison.Ordinal);

    /// <summary>The folder's name, or the repository's where the folder is a commit in Hugging Face's cache (<c>models--OWNER--NAME/snapshots/COMMIT</c>).</summary>
    private static string NameOf(Checkpoint checkpoint)
    {
        const string Prefix = "models--";
        var snapshots = Path.GetDirectoryName(checkpoint.Folder);
        var repository = Path.GetFileName(Path.GetDirectoryName(snapshots)) ?? string.Empty;
        return Path.GetFileName(snapshots) == "snapshots" && repository.StartsWith(Prefix, StringComparison.Ordinal)
            ? repository[Prefix.Length..].Replace("--", "/", StringComparison.Ordinal)
            : checkpoint.Name;
    }

    private static IEnumerable<string> ChildrenOf(string folder) =>
        File.Exists(Path.Combine(folder, "config.json")) || !Directory.Exists(folder)
            ? [folder]
            : Directory.EnumerateDirectories(folder).Where(child => File.Exists(Path.Combine(child, "config.json"))).Order(StringComparer.Ordinal);

    private static string FullPath(string folder)
    {
        if (string.IsNullOrWhiteSpace(folder) || folder.Contains('\0', StringComparison.Ordinal))
        {
            throw new RefusedInputException("The checkpoint's folder has no name: give the path of a folder in Hugging Face layout.");
        }

        return Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
    }

    // Files' hashes are known where the checkpoint was hashed just now, which it is when it is met first.
    private static string DetailsOf(Checkpoint checkpoint, Dictionary<string, string> hashes) => JsonSerializer.Serialize(
        new
        {
            config = checkpoint.Config,
            files = new DirectoryInfo(checkpoint.Folder).EnumerateFiles().OrderBy(file => file.Name, StringComparer.Ordinal).ToDictionary(file => file.Name, file => file.Length),
            sha256 = hashes,
        },
        JsonSerializerOptions.Web);

    [LoggerMessage(EventId = 20, Level = LogLevel.Warning, Message = "The checkpoint in {Folder} is not offered: {Reason}")]
    private partial void LogLeftOut(string folder, string reason);

    [LoggerMessage(EventId = 21, Level = LogLevel.Debug, Message = "Hashing the checkpoint in {Folder}, {Bytes} bytes")]
    private partial void LogHashing(string folder, long bytes);
}
