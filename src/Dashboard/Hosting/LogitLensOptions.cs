using LogitLens.Inference.Runtime;

namespace LogitLens.Dashboard.Hosting;

/// <summary>What a lab can set, under the key <c>LogitLens</c>: command line, environment (<c>LogitLens__DataFolder</c>) or <c>appsettings.json</c> beside the program.</summary>
public sealed class LogitLensOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "LogitLens";

    /// <summary>Where the database lies; see <see cref="DefaultDataFolder"/>.</summary>
    public string DataFolder { get; set; } = DefaultDataFolder();

    /// <summary>Folders offered on the New run page: each a checkpoint, or a folder of checkpoints.</summary>
    public IList<string> CheckpointFolders { get; } = [];

    /// <summary>The checkpoint a new run starts with; null for the demo.</summary>
    public string? DefaultCheckpoint { get; set; }

    /// <summary><c>auto</c>, <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</summary>
    public string Device { get; set; } = "auto";

    /// <summary><c>resident</c> (all weights in memory), <c>streamed</c> (block by block from disk) or <c>auto</c> (by free memory).</summary>
    public string Residency { get; set; } = "auto";

    /// <summary>Threads of one tensor operation; 0 for as many as there are processors.</summary>
    public int Threads { get; set; }

    /// <summary>The largest picture file that is taken, in bytes.</summary>
    public long MaxUploadBytes { get; set; } = 64L << 20;

    /// <summary>The largest file an upload may import, in bytes; archives hold whole runs.</summary>
    public long MaxImportBytes { get; set; } = 8L << 30;

    /// <summary>Whether an empty database gets the demo pictures.</summary>
    public bool SeedDemo { get; set; } = true;

    /// <summary>A checkpoint that nobody needed for so long leaves memory; 0 keeps it.</summary>
    public double UnloadAfterMinutes { get; set; } = 10;

    /// <summary>New runs index, besides every top-1 token, each kept token of at least this probability: more than 0, at most 1 (top-1 only).</summary>
    public double IndexThreshold { get; set; } = Storage.StorageOptions.DefaultIndexThreshold;

    /// <summary>Backups: where, when, which stay.</summary>
    public BackupOptions Backup { get; } = new();

    /// <summary>
    /// How many days after an analysis was done its tokens beyond top-1 stay, for runs without a rule of their own; null for ever. Top-1 tokens, entropies,
    /// searches and statistics always stay.
    /// </summary>
    public int? RetentionDays { get; set; }

    /// <summary>Where backups go unless a path is given.</summary>
    internal string BackupFolder => Path.GetFullPath(Backup.Folder ?? Path.Combine(DataFolder, "backups"));

    /// <summary>The database file.</summary>
    internal string DatabasePath => Path.Combine(Path.GetFullPath(DataFolder), DatabaseName);

    /// <summary>The database's file name, the same wherever it lies.</summary>
    internal const string DatabaseName = "logitlens.db";

    internal DeviceChoice DeviceChoice => DeviceChoice.TryParse(Device, out var choice) ? choice : throw new FormatException($"{Device} is no device.");

    internal Inference.Runtime.Residency ResidencyChoice => Enum.Parse<Inference.Runtime.Residency>(Residency, ignoreCase: true);

    /// <summary><c>$XDG_DATA_HOME/logitlens</c> or <c>~/.local/share/logitlens</c> on Linux; the user's local application data elsewhere.</summary>
    internal static string DefaultDataFolder()
    {
        // .NET's LocalApplicationData is exactly XDG_DATA_HOME, else ~/.local/share, on Linux; empty where there is no home.
        var home = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        return Path.Combine(home.Length == 0 ? Environment.CurrentDirectory : home, "logitlens");
    }
}
