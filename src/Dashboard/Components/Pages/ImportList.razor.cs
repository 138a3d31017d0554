using LogitLens.Dashboard.Components.Common;
using LogitLens.Dashboard.Hosting;
using LogitLens.Dashboard.Importing;
using LogitLens.Dashboard.Languages;
using LogitLens.Inference;
using LogitLens.Storage;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Exchange.Import;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.Extensions.Options;

namespace LogitLens.Dashboard.Components.Pages;

/// <summary>Takes files in, and lists what was imported before.</summary>
public sealed partial class ImportList
{
    private const int PageSize = 20;
    private const string PageName = "page";

    private readonly List<string> _known = [];
    private Loader<Page<ImportJobRow>> _loader = default!;
    private CancellationTokenSource? _stop;
    private UploadStep? _upload;
    private ImportJobId? _job;
    private string? _message;
    private string? _name;
    private string? _checkpoint;
    private int _batch;
    private int _page = 1;

    /// <summary>From the address.</summary>
    [SupplyParameterFromQuery(Name = PageName)]
    public int? PageNumberInUrl { get; set; }

    [Inject]
    private ImportCoordinator Coordinator { get; set; } = default!;

    [Inject]
    private ImportJobStore Jobs { get; set; } = default!;

    [Inject]
    private CheckpointStore Checkpoints { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    [Inject]
    private IOptions<LogitLensOptions> Options { get; set; } = default!;

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        base.OnInitialized();
        _loader = new Loader<Page<ImportJobRow>>(Time, StateHasChanged);
    }

    /// <inheritdoc/>
    protected override Task OnParametersSetAsync()
    {
        _page = Math.Max(1, PageNumberInUrl ?? 1);
        return LoadAsync();
    }

    /// <inheritdoc/>
    protected override async Task ReloadAsync()
    {
        await LoadAsync();
        StateHasChanged();
    }

    private Task LoadAsync()
    {
        var skip = (_page - 1) * PageSize;
        return _loader.LoadAsync(L["The imports could not be read"], async token =>
        {
            var known = (await Checkpoints.ListAsync(token)).Where(row => row.ModelType != PageImporter.ModelType).Select(row => row.Name).Distinct().Take(4);
            _known.Clear();
            _known.AddRange(known);
            return await Jobs.ListAsync(skip, PageSize, token);
        });
    }

    private async Task TakeAsync(IReadOnlyList<IBrowserFile> chosen)
    {
        _message = null;
        var files = chosen.Where(file => ImportPaths.IsOffered(file.Name)).ToList();
        if (files.Count == 0)
        {
            _message = L.Count("The {0} file is no page, archive or JSON: choose files ending in .html, .zip or .json.|None of the {0} files is a page, an archive or JSON: choose files ending in .html, .zip or .json.", chosen.Count);
            _batch++;
            return;
        }

        _stop = new CancellationTokenSource();
        _upload = new UploadStep(files[0].Name, 0, files.Count);
        var (name, checkpoint, token) = (NameOf(files), _checkpoint, _stop.Token);
        try
        {
            var job = await Task.Run(() => Coordinator.BeginAsync(name, checkpoint, files.Count, token), token);
            _job = job;
            for (var i = 0; i < files.Count; i++)
            {
                _upload = new UploadStep(files[i].Name, i, files.Count);
                StateHasChanged();
                if (!await HandOverAsync(job, files[i], token))
                {
                    break;
                }
            }

            await Coordinator.CloseAsync(job, null, CancellationToken.None);
            _job = null;
            Navigation.NavigateTo(Urls.Import(job));
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            // The import says so itself.
        }
        catch (Exception exception) when (Failures.Describe(exception, L["The files could not be taken in"]) is not null)
        {
            _message = Failures.Describe(exception, L["The files could not be taken in"]);
            await EndAsync("Its files stopped coming; import the same files again: those that are here are left as they are.");
        }
        finally
        {
            _upload = null;
            _batch++;
            _stop?.Dispose();
            _stop = null;
        }
    }

    /// <summary>One file; what is wrong with it stands among the import's files. False if the import was stopped elsewhere.</summary>
    private async Task<bool> HandOverAsync(ImportJobId job, IBrowserFile file, CancellationToken token)
    {
        try
        {
            await using var content = file.OpenReadStream(Math.Max(Options.Value.MaxImportBytes, file.Size), token);
            return await Coordinator.AddFileAsync(job, file.Name, content, token);
        }
        catch (RefusedInputException refused)
        {
            await Coordinator.RefuseFileAsync(job, file.Name, refused.Message, token);
            return true;
        }
    }

    private string NameOf(List<IBrowserFile> files) =>
        !string.IsNullOrWhiteSpace(_name) ? _name.Trim()
        : files.Count == 1 ? files[0].Name
        : L["{0} and {1} more", files[0].Name, files.Count - 1];

    private async Task StopAsync()
    {
        if (_stop is { } stop)
        {
            await stop.CancelAsync();
        }

        if (_job is { } job)
        {
            _job = null;
            await Coordinator.CancelAsync(job, CancellationToken.None);
        }
    }

    private async Task EndAsync(string sentence)
    {
        if (_job is { } job)
        {
            _job = null;
            try
            {
                await Coordinator.CloseAsync(job, sentence, CancellationToken.None);
            }
            catch (StorageException)
            {
                // The next start closes it.
            }
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _stop?.Cancel();
            _loader?.Dispose();

            // Whoever leaves while files are on their way leaves the rest of them behind.
            _ = EndAsync("The page was closed while files were still coming, so only those that had come are read; import the same files again: those that are here are left as they are.");
        }

        base.Dispose(disposing);
    }

    private sealed record UploadStep(string Name, int Done, int Total);
}
