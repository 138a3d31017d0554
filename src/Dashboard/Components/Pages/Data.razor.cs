using System.Globalization;
using LogitLens.Dashboard.Care;
using LogitLens.Dashboard.Components.Common;
using LogitLens.Dashboard.Components.Data;
using LogitLens.Dashboard.Hosting;
using LogitLens.Dashboard.Languages;
using LogitLens.Storage;
using LogitLens.Storage.Care;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Options;
using MudBlazor;

namespace LogitLens.Dashboard.Components.Pages;

/// <summary>What takes the room, backups, the last check; each can be begun here.</summary>
public sealed partial class Data
{
    private static readonly IStringLocalizer L = Texts.Of<DataTexts>();

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

    private static string Share(long bytes, Contents contents) =>
        string.Create(CultureInfo.InvariantCulture, $"{100.0 * bytes / Math.Max(1, contents.Sizes.Parts.Sum(part => part.Bytes) + contents.Sizes.Unused):0.0} %");

    private static string BarText(Contents contents) =>
        string.Join(", ", contents.Sizes.Parts.Where(part => part.Bytes > 0).Select(part => $"{DataWords.Name(part.Kind)} {Share(part.Bytes, contents)}"));

    private async Task ReloadAsync()
    {
        await LoadAsync();
        StateHasChanged();
    }

    private Task LoadAsync() => _loader.LoadAsync(L["The sizes could not be read"], async token =>
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
            await Sizes.ReadAsync(token), Path.GetFullPath(options.DataFolder), options.BackupFolder, DataWords.Schedule(options.Backup), DataWords.Keeping(options.Backup), backups, failure);
    });

    // Another person may have begun something in the same moment: the strip shows it.
    private void Start(CareKind kind) => _ = Care.TryStart(kind);

    private async Task CompactAsync()
    {
        if (_loader.Value is { } contents
            && await ConfirmDialog.AskAsync(
                Dialogs,
                L["Compact the database?"],
                L[
                    "{0} of {1} are unused and go back to the disk. Analyses wait while the file is written anew, and about {2} have to be free on its disk meanwhile.",
                    Words.Size(contents.Sizes.Unused),
                    Words.Size(contents.Sizes.File),
                    Words.Size(2 * (contents.Sizes.File - contents.Sizes.Unused))],
                L["Compact"]))
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
