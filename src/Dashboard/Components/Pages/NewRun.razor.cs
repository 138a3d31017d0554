using System.Globalization;
using LogitLens.Dashboard.Analysis;
using LogitLens.Dashboard.Components.Common;
using LogitLens.Dashboard.Components.Images;
using LogitLens.Dashboard.Components.Runs;
using LogitLens.Dashboard.Hosting;
using LogitLens.Dashboard.Languages;
using LogitLens.Inference;
using LogitLens.Inference.Tokenization;
using LogitLens.Storage;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Exchange;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.Extensions.Options;
using Microsoft.JSInterop;
using MudBlazor;

namespace LogitLens.Dashboard.Components.Pages;

/// <summary>Puts a run together: images, checkpoint, prompt, settings.</summary>
public sealed partial class NewRun : IDisposable
{
    private const string FolderForm = "checkpoint-folder";
    private const int MaxShown = 100;
    private const int ReadSize = 128 * 1024;

    private readonly CancellationTokenSource _disposal = new();
    private readonly NewRunForm _form = new();
    private readonly List<string> _refused = [];
    private readonly List<AvailableCheckpoint> _checkpoints = [];
    private readonly Dictionary<string, CheckpointTokenizer> _tokenizers = [];

    private RenderThrottle _renders = default!;
    private CancellationTokenSource? _uploading;
    private UploadProgress? _upload;
    private int _batch;
    private string? _imagesTaken;
    private IReadOnlyList<TableItem> _lines = [];
    private string _tableName = string.Empty;
    private string? _checkpointsFailure;
    private string _folder = string.Empty;
    private string? _folderError;
    private bool _isChecking;
    private IReadOnlyList<TokenEntry> _tracked = [];
    private string? _trackedError;
    private bool _wasTried;
    private bool _isStarting;
    private string? _startFailure;
    private string? _from;
    private string? _cloned;
    private IReadOnlyList<RequestedItem> _clonedItems = [];
    private readonly Dictionary<(string Folder, int Layers), PastCost?> _costs = [];

    /// <summary>From the address: images already kept, as <c>3-14,20</c>.</summary>
    [SupplyParameterFromQuery(Name = "images")]
    public string? ImagesInUrl { get; set; }

    /// <summary>From the address: a run whose settings and images this one begins with.</summary>
    [SupplyParameterFromQuery(Name = "from")]
    public string? FromInUrl { get; set; }

    [Inject]
    private RunStore Runs { get; set; } = default!;

    [Inject]
    private RunCoordinator Coordinator { get; set; } = default!;

    [Inject]
    private ImageStore ImageStore { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    [Inject]
    private IDialogService Dialogs { get; set; } = default!;

    [Inject]
    private IOptions<LogitLensOptions> Options { get; set; } = default!;

    [Inject]
    private TimeProvider Time { get; set; } = default!;

    private bool IsUploading => _uploading is not null;

    // A new list for each change: Virtualize goes by its reference.
    private List<ChosenImage> ChosenImages => [.. _form.Images];

    private string LayersHelp => _form.Checkpoint is { } checkpoint
        ? L["all, or a list: emb,1-{0}", checkpoint.Layers]
        : L["all, or a list: emb,1-12"];

    /// <inheritdoc/>
    protected override void OnInitialized() =>
        _renders = new RenderThrottle(Time, TimeSpan.FromMilliseconds(250), () => InvokeAsync(StateHasChanged));

    /// <inheritdoc/>
    protected override async Task OnInitializedAsync()
    {
        string attempt = L["The checkpoints could not be listed"];
        try
        {
            var token = _disposal.Token;
            var found = await Task.Run(() => Coordinator.ListCheckpointsAsync(token), token);
            _checkpoints.AddRange(found);
            _form.Checkpoint ??= _checkpoints.FirstOrDefault();
        }
        catch (Exception exception) when (Failures.Describe(exception, attempt) is not null)
        {
            _checkpointsFailure = Failures.Describe(exception, attempt);
        }
        catch (OperationCanceledException)
        {
            // The page was left.
        }
    }

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        if (_from != FromInUrl)
        {
            _from = FromInUrl;
            await CloneAsync();
        }

        if (_imagesTaken == ImagesInUrl)
        {
            return;
        }

        _imagesTaken = ImagesInUrl;
        await AddKeptAsync(ImageIdList.Parse(ImagesInUrl));
    }

    private async Task AddKeptAsync(IReadOnlyList<ImageId> ids)
    {
        string attempt = L["The chosen images could not be read"];
        if (ids.Count == 0)
        {
            return;
        }

        try
        {
            var token = _disposal.Token;
            foreach (var image in await Task.Run(() => ImageStore.FindAsync(ids, token), token))
            {
                _form.Add(image.Name, image);
            }

            MatchTable();
        }
        catch (Exception exception) when (Failures.Describe(exception, attempt) is not null)
        {
            _startFailure = Failures.Describe(exception, attempt);
        }
        catch (OperationCanceledException)
        {
            // The page was left.
        }
    }

    private async Task PickAsync()
    {
        var picked = await ImagePickerDialog.AskAsync(Dialogs);
        foreach (var image in picked)
        {
            _form.Add(image.Name, image);
        }

        MatchTable();
    }

    // One file after another, each in memory only as long as it takes: a folder of thousands needs no more room than its largest picture.
    private async Task TakeAsync(IReadOnlyList<IBrowserFile> files)
    {
        _refused.Clear();
        _startFailure = null;
        _uploading = CancellationTokenSource.CreateLinkedTokenSource(_disposal.Token);
        var token = _uploading.Token;
        try
        {
            for (var i = 0; i < files.Count; i++)
            {
                var file = files[i];
                _upload = new UploadProgress(file.Name, i, files.Count, 0);
                _renders.Signal();
                try
                {
                    if (Path.GetExtension(file.Name).Equals(".csv", StringComparison.OrdinalIgnoreCase))
                    {
                        await TakeTableAsync(file.Name, await ReadAsync(file, i, files.Count, ItemTable.MaxBytes, token), token);
                    }
                    else
                    {
                        var bytes = await ReadAsync(file, i, files.Count, Options.Value.MaxUploadBytes, token);
                        var image = await Task.Run(() => Coordinator.AddImageAsync(file.Name, bytes, token), token);
                        _form.Add(file.Name, image);
                    }
                }
                catch (Exception exception) when (Failures.Describe(exception, L["{0} could not be kept", file.Name]) is not null)
                {
                    var sentence = Failures.Describe(exception, L["{0} could not be kept", file.Name])!;
                    _refused.Add(sentence.Contains(file.Name, StringComparison.Ordinal) ? sentence : $"{file.Name}: {sentence}");
                }
                catch (JSException)
                {
                    _refused.Add(L["{0} could not be read by the browser: it was moved, changed, or is a folder; choose it again.", file.Name]);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped, or the page was left: what has arrived is kept.
        }
        finally
        {
            _uploading.Dispose();
            _uploading = null;
            _upload = null;
            _batch++;
        }

        if (!_disposal.IsCancellationRequested)
        {
            MatchTable();
        }
    }

    private async Task TakeTableAsync(string name, byte[] bytes, CancellationToken token)
    {
        using var stream = new MemoryStream(bytes, writable: false);
        var table = await Task.Run(() => ItemTable.ReadAsync(stream, name, token), token);
        if (table.Error is { } error)
        {
            throw new RefusedInputException(error);
        }

        _lines = table.Items;
        _tableName = name;
    }

    private async Task<byte[]> ReadAsync(IBrowserFile file, int index, int count, long maxBytes, CancellationToken token)
    {
        if (file.Size > maxBytes)
        {
            throw new RefusedInputException(L["{0} has {1}, but {2} at most are taken: choose a smaller one.", file.Name, Words.Size(file.Size), Words.Size(maxBytes)]);
        }

        if (file.Size == 0)
        {
            throw new RefusedInputException(L["{0} is empty: choose a file with something in it.", file.Name]);
        }

        var bytes = new byte[file.Size];
        await using var stream = file.OpenReadStream(maxBytes, token);
        var filled = 0;
        while (filled < bytes.Length)
        {
            var read = await stream.ReadAsync(bytes.AsMemory(filled, Math.Min(ReadSize, bytes.Length - filled)), token);
            if (read == 0)
            {
                throw new RefusedInputException(L["{0} arrived cut short: choose it again.", file.Name]);
            }

            filled += read;
            _upload = new UploadProgress(file.Name, index, count, (double)filled / bytes.Length);
            _renders.Signal();
        }

        return bytes;
    }

    private void StopUpload() => _uploading?.Cancel();

    private void Refuse(string sentence)
    {
        _refused.Clear();
        _refused.Add(sentence);
    }

    private void RemoveImage(ChosenImage image)
    {
        _form.Remove(image);
        MatchTable();
    }

    private void RemoveAllImages()
    {
        _form.RemoveAll();
        MatchTable();
    }

    private void RemoveTable()
    {
        _lines = [];
        _clonedItems = [];
        _form.Table = null;
    }

    private void MatchTable() => _form.Table = _lines.Count > 0 ? ItemMatch.Match(_lines, _form.Images) : _clonedItems.Count > 0 ? CloneMatch() : null;

    /// <summary>The cloned run's own questions and answers, and the common question for images that came since.</summary>
    private ItemMatch CloneMatch()
    {
        var chosen = _form.Images.Select(image => image.Row.Id).ToHashSet();
        var known = _clonedItems.Select(item => item.Image).ToHashSet();
        return new ItemMatch([.. _clonedItems.Where(item => chosen.Contains(item.Image)), .. chosen.Where(image => !known.Contains(image)).Select(image => new RequestedItem(image))], [], 0);
    }

    private async Task CloneAsync()
    {
        string attempt = L["The run to clone could not be read"];
        if (!Guid.TryParse(FromInUrl, out var id))
        {
            return;
        }

        try
        {
            var token = _disposal.Token;
            var (run, analyses) = await Task.Run(
                async () => (await Runs.FindAsync(new RunId(id), token), await Runs.ListAnalysesAsync(new RunId(id), null, 0, int.MaxValue, token)), token);
            if (run is null)
            {
                _cloned = L["The run to clone is not there any more: put the new one together below."];
                return;
            }

            _form.Take(run);
            await ChooseFolderAsync(run.Checkpoint.Folder, token);
            await FindTrackedAsync();
            if (run.Prompt is null || analyses.Items.Any(a => a.TrueAnswer is not null))
            {
                _clonedItems = [.. analyses.Items.Select(a => new RequestedItem(a.Image, a.Prompt, a.TrueAnswer))];
                _tableName = L["The items of \"{0}\"", run.Name];
            }

            await AddKeptAsync([.. analyses.Items.Select(a => a.Image).Distinct()]);
            MatchTable();
            var changed = _form.Checkpoint?.Folder == run.Checkpoint.Folder
                ? string.Empty
                : " " + L["Its checkpoint in {0} cannot be read now: another is chosen.", run.Checkpoint.Folder];
            _cloned = L.Count("Settings and {0} image are those of \"{1}\"; change what you like, and add images.|Settings and {0} images are those of \"{1}\"; change what you like, and add images.", _form.Images.Count, run.Name) + changed;
        }
        catch (Exception exception) when (Failures.Describe(exception, attempt) is not null)
        {
            _cloned = Failures.Describe(exception, attempt);
        }
        catch (OperationCanceledException)
        {
            // The page was left.
        }
    }

    private async Task ChooseFolderAsync(string folder, CancellationToken token)
    {
        if (_checkpoints.Find(c => c.Folder == folder) is { } known)
        {
            _form.Checkpoint = known;
            return;
        }

        try
        {
            var found = await Task.Run(() => Coordinator.InspectCheckpointAsync(folder, token), token);
            _checkpoints.Add(found);
            _form.Checkpoint = found;
        }
        catch (Exception exception) when (Failures.Describe(exception, L["The checkpoint could not be read"]) is not null)
        {
            // Said with the rest: the one chosen before stays.
        }
    }

    /// <summary>What the run will cost; null while the form is not complete. What was measured is read once for each checkpoint and number of layers.</summary>
    private RunForecast? Forecast
    {
        get
        {
            if (_form.Checkpoint is not { } checkpoint || _form.ItemCount == 0 || _form.LayersError is not null || _form.TopK is not { } k)
            {
                return null;
            }

            var layers = LayerSelection.Parse(_form.Layers, checkpoint.Layers)?.Count ?? checkpoint.Layers + 1;
            if (!_costs.TryGetValue((checkpoint.Folder, layers), out var past))
            {
                _costs[(checkpoint.Folder, layers)] = null;
                _ = InvokeAsync(() => MeasureAsync(checkpoint.Folder, layers));
                return null;
            }

            return RunForecast.Of(past, _form.ItemCount, layers, k, _form.TrackedIds.Count, Storage.Care.DiskSpace.Free(Options.Value.DataFolder), _form.SparedCount);
        }
    }

    private async Task MeasureAsync(string folder, int layers)
    {
        try
        {
            var token = _disposal.Token;
            _costs[(folder, layers)] = await Task.Run(() => Runs.FindPastCostAsync(folder, layers, token), token);
            StateHasChanged();
        }
        catch (Exception exception) when (exception is OperationCanceledException || Failures.Describe(exception, L["What earlier runs cost could not be read"]) is not null)
        {
            // A run can be started without knowing.
        }
    }

    private void ChooseCheckpoint(AvailableCheckpoint? checkpoint)
    {
        _form.Checkpoint = checkpoint;

        // Ids mean other words in another vocabulary.
        _ = FindTrackedAsync();
    }

    private async Task CheckFolderAsync()
    {
        if (string.IsNullOrWhiteSpace(_folder))
        {
            _folderError = L["Which folder? Write the full path of a checkpoint's folder on the server."];
            return;
        }

        string attempt = L["The folder could not be read"];
        _isChecking = true;
        _folderError = null;
        try
        {
            var folder = _folder.Trim();
            var token = _disposal.Token;
            var checkpoint = await Task.Run(() => Coordinator.InspectCheckpointAsync(folder, token), token);
            var known = _checkpoints.FindIndex(c => c.Folder == checkpoint.Folder);
            if (known < 0)
            {
                _checkpoints.Add(checkpoint);
            }
            else
            {
                _checkpoints[known] = checkpoint;
            }

            ChooseCheckpoint(checkpoint);
            _folder = string.Empty;
        }
        catch (Exception exception) when (Failures.Describe(exception, attempt) is not null)
        {
            _folderError = Failures.Describe(exception, attempt);
        }
        catch (OperationCanceledException)
        {
            // The page was left.
        }
        finally
        {
            _isChecking = false;
        }
    }

    private Task SetTracked(string text)
    {
        _form.Tracked = text;
        return FindTrackedAsync();
    }

    private async Task FindTrackedAsync()
    {
        string attempt = L["The checkpoint's tokenizer could not be read"];
        _trackedError = null;
        if (string.IsNullOrWhiteSpace(_form.Tracked) || _form.Checkpoint is not { } checkpoint)
        {
            _tracked = [];
            _form.TrackedIds = [];
            return;
        }

        try
        {
            if (!_tokenizers.TryGetValue(checkpoint.Folder, out var tokenizer))
            {
                tokenizer = await Task.Run(() => CheckpointTokenizer.Open(checkpoint.Folder, checkpoint.VocabularySize), _disposal.Token);
                _tokenizers[checkpoint.Folder] = tokenizer;
            }

            _tracked = TrackedTokenFinder.Find(_form.Tracked, tokenizer.Tokens);
            _form.TrackedIds = [.. _tracked.Select(token => token.Id)];
        }
        catch (Exception exception) when (Failures.Describe(exception, attempt) is not null)
        {
            _tracked = [];
            _form.TrackedIds = [];
            _trackedError = Failures.Describe(exception, attempt);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        await InvokeAsync(StateHasChanged);
    }

    private async Task StartAsync()
    {
        if (_isStarting || IsUploading)
        {
            return;
        }

        _wasTried = true;
        _startFailure = null;
        _isStarting = true;
        string attempt = L["The run could not be started"];
        try
        {
            await FindTrackedAsync();
            if (_form.Errors.Any() || _trackedError is not null)
            {
                return;
            }

            var request = _form.ToRequest();
            var run = await Task.Run(() => Coordinator.StartAsync(request, _disposal.Token), _disposal.Token);
            Navigation.NavigateTo(Urls.Run(run));
        }
        catch (Exception exception) when (Failures.Describe(exception, attempt) is not null)
        {
            _startFailure = Failures.Describe(exception, attempt);
        }
        catch (OperationCanceledException)
        {
            // The page was left.
        }
        finally
        {
            _isStarting = false;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposal.Cancel();
        _disposal.Dispose();
        _renders?.Dispose();
    }

    private sealed record UploadProgress(string Name, int Done, int Total, double FileFraction)
    {
        public string Percent => Math.Round((Done + FileFraction) * 100 / Total).ToString(CultureInfo.InvariantCulture);
    }
}
