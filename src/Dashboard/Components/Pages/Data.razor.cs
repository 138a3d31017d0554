using System.Globalization;
using LogitLens.Dashboard.Care;
using LogitLens.Dashboard.Components.Common;
using LogitLens.Dashboard.Components.Data;
using LogitLens.Dashboard.Hosting;
using LogitLens.Storage;
using LogitLens.Storage.Care;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;
using MudBlazor;

namespace LogitLens.Dashboard.Components.Pages;

/// <summary>What takes the room, backups, the last check; each can be begun here.</summary>
public sealed partial class Data
{
    private const int BackupsShown = 12;

    private Loader<Contents> _loader = default!;
    private bool _wasBusy;

    [Inject]
    private DataSizeStore Sizes { get; set; } = default!;

    [Inject]
    private IOptions<LogitLensOptions> Options { get; set; } = default!;

    [Inject]
    private IDialogService Dialogs { get; set; } = default!;

    private bool IsBusy => Care.Current is not null;

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        base.OnInitialized();
        _loader = new Loader<Contents>(Time, StateHasChanged);
        _wasBusy = IsBusy;
    }

    /// <inheritdoc/>
    protected override Task OnInitializedAsync() => LoadAsync();

    /// <inheritdoc/>
    protected override Task MovedOnAsync()
    {
        // What has ended has changed sizes or backups.
        var hasEnded = _wasBusy && !IsBusy;
        _wasBusy = IsBusy;
        return hasEnded ? LoadAsync() : Task.CompletedTask;
    }

    private static string Keeping(BackupOptions backup)
    {
        var parts = new (int Count, string One, string Many)[]
        {
            (backup.KeepLast, "the newest", "the newest {0}"), (backup.KeepDaily, "one of the last day", "one a day for {0} days"),
            (backup.KeepWeekly, "one of the last week", "one a week for {0} weeks"), (backup.KeepMonthly, "one of the last month", "one a month for {0} months"),
        };
        var kept = parts.Where(part => part.Count > 0).Select(part => part.Count == 1 ? part.One : string.Format(CultureInfo.InvariantCulture, part.Many, part.Count)).ToList();
        return kept.Count == 0 ? "Only the newest is kept." : $"Kept are {(kept.Count == 1 ? kept[0] : $"{string.Join(", ", kept[..^1])} and {kept[^1]}")}.";
    }

    private static string Share(long bytes, Contents contents) =>
        string.Create(CultureInfo.InvariantCulture, $"{100.0 * bytes / Math.Max(1, contents.Sizes.Parts.Sum(part => part.Bytes) + contents.Sizes.Unused):0.0} %");

    private static string BarText(Contents contents) =>
        string.Join(", ", contents.Sizes.Parts.Where(part => part.Bytes > 0).Select(part => $"{DataWords.Name(part.Kind)} {Share(part.Bytes, contents)}"));

    private async Task ReloadAsync()
    {
        await LoadAsync();
        StateHasChanged();
    }

    private Task LoadAsync() => _loader.LoadAsync("The sizes could not be read", async token =>
    {
        var options = Options.Value;
        IReadOnlyList<StoredBackup> backups = [];
        string? failure = null;
        try
        {
            backups = BackupFolder.List(options.BackupFolder);
        }
        catch (StorageException exception)
        {
            failure = exception.Message;
        }

        return new Contents(
            await Sizes.ReadAsync(token), Path.GetFullPath(options.DataFolder), options.BackupFolder, options.Backup.Schedule, Keeping(options.Backup), backups, failure);
    });

    // Another person may have begun something in the same moment: the strip shows it.
    private void Start(CareKind kind) => _ = Care.TryStart(kind);

    private async Task CompactAsync()
    {
        if (_loader.Value is { } contents
            && await ConfirmDialog.AskAsync(
                Dialogs,
                "Compact the database?",
                $"{Words.Size(contents.Sizes.Unused)} of {Words.Size(contents.Sizes.File)} are unused and go back to the disk. Analyses wait while the file is written anew, and "
                + $"about {Words.Size(2 * (contents.Sizes.File - contents.Sizes.Unused))} have to be free on its disk meanwhile.",
                "Compact"))
        {
            Start(CareKind.Compact);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _loader?.Dispose();
        }

        base.Dispose(disposing);
    }

    private sealed record Contents(
        DataSizes Sizes, string Folder, string BackupFolder, string? Schedule, string Keeping, IReadOnlyList<StoredBackup> Backups, string? BackupFailure);
}
