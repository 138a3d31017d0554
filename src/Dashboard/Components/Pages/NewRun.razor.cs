using System.Globalization;
using LogitLens.Dashboard.Analysis;
using LogitLens.Dashboard.Components.Common;
using LogitLens.Dashboard.Components.Images;
using LogitLens.Dashboard.Components.Runs;
using LogitLens.Dashboard.Hosting;
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

    /// <summary>From the address: images already kept, as <c>3-14,20</c>.</summary>
    [SupplyParameterFromQuery(Name = "images")]
    public string? ImagesInUrl { get; set; }

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
        ? string.Create(CultureInfo.InvariantCulture, $"all, or a list: emb,1-{checkpoint.Layers}")
        : "all, or a list: emb,1-12";

    /// <inheritdoc/>
    protected override void OnInitialized() =>
        _renders = new RenderThrottle(Time, TimeSpan.FromMilliseconds(250), () => InvokeAsync(StateHasChanged));

    /// <inheritdoc/>
    protected override async Task OnInitializedAsync()
    {
        const string Attempt = "The checkpoints could not be listed";
        try
        {
            var token = _disposal.Token;
            var found = await Task.Run(() => Coordinator.ListCheckpointsAsync(token), token);
            _checkpoints.AddRange(found);
            _form.Checkpoint ??= _checkpoints.FirstOrDefault();
        }
        catch (Exception exception) when (Failures.Describe(exception, Attempt) is not null)
        {
            _checkpointsFailure = Failures.Describe(exception, Attempt);
        }
        catch (OperationCanceledException)
        {
            // The page was left.
        }
    }

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        if (_imagesTaken == ImagesInUrl)
        {
            return;
        }

        _imagesTaken = ImagesInUrl;
        await AddKeptAsync(ImageIdList.Parse(ImagesInUrl));
    }

    private async Task AddKeptAsync(IReadOnlyList<ImageId> ids)
    {
        const string Attempt = "The chosen images could not be read";
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
        catch (Exception exception) when (Failures.Describe(exception, Attempt) is not null)
        {
            _startFailure = Failures.Describe(exception, Attempt);
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
                catch (Exception exception) when (Failures.Describe(exception, $"{file.Name} could not be kept") is not null)
                {
                    var sentence = Failures.Describe(exception, $"{file.Name} could not be kept")!;
                    _refused.Add(sentence.Contains(file.Name, StringComparison.Ordinal) ? sentence : $"{file.Name}: {sentence}");
                }
                catch (JSException)
                {
                    _refused.Add($"{file.Name} could not be read by the browser: it was moved, changed, or is a folder; choose it again.");
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
            throw new RefusedInputException($"{file.Name} has {Words.Size(file.Size)}, but {Words.Size(maxBytes)} at most are taken: choose a smaller one.");
        }

        if (file.Size == 0)
        {
            throw new RefusedInputException($"{file.Name} is empty: choose a file with something in it.");
        }

        var bytes = new byte[file.Size];
        await using var stream = file.OpenReadStream(maxBytes, token);
        var filled = 0;
        while (filled < bytes.Length)
        {
            var read = await stream.ReadAsync(bytes.AsMemory(filled, Math.Min(ReadSize, bytes.Length - filled)), token);
            if (read == 0)
            {
                throw new RefusedInputException($"{file.Name} arrived cut short: choose it again.");
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
        _form.Table = null;
    }

    private void MatchTable() => _form.Table = _lines.Count == 0 ? null : ItemMatch.Match(_lines, _form.Images);

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
            _folderError = "Which folder? Write the full path of a checkpoint's folder on the server.";
            return;
        }

        const string Attempt = "The folder could not be read";
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
        catch (Exception exception) when (Failures.Describe(exception, Attempt) is not null)
        {
            _folderError = Failures.Describe(exception, Attempt);
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
        const string Attempt = "The checkpoint's tokenizer could not be read";
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
        catch (Exception exception) when (Failures.Describe(exception, Attempt) is not null)
        {
            _tracked = [];
            _form.TrackedIds = [];
            _trackedError = Failures.Describe(exception, Attempt);
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
        const string Attempt = "The run could not be started";
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
        catch (Exception exception) when (Failures.Describe(exception, Attempt) is not null)
        {
            _startFailure = Failures.Describe(exception, Attempt);
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
