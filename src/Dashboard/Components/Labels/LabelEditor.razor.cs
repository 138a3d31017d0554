using System.Globalization;
using LogitLens.Dashboard.Components.Common;
using LogitLens.Dashboard.People;
using LogitLens.Storage;
using LogitLens.Storage.Labels;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace LogitLens.Dashboard.Components.Labels;

/// <summary>The tags and the note of an image, an analysis or a run, changed in place.</summary>
public sealed partial class LabelEditor : IDisposable
{
    private readonly CancellationTokenSource _disposal = new();
    private readonly string _list = $"tags-{Guid.NewGuid():N}";
    private SubjectLabels _labels = SubjectLabels.None;
    private IReadOnlyList<string> _known = [];
    private LabelSubject? _shown;
    private ElementReference _field;
    private string _tag = string.Empty;
    private string? _note;
    private string? _failure;
    private bool _isBusy;
    private bool _focus;

    /// <summary>What bears them.</summary>
    [Parameter, EditorRequired]
    public LabelSubject Subject { get; set; }

    [Inject]
    private LabelStore Store { get; set; } = default!;

    [Inject]
    private Visitor Visitor { get; set; } = default!;

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        if (_shown == Subject)
        {
            return;
        }

        _shown = Subject;
        _labels = SubjectLabels.None;
        _note = null;
        await LoadAsync();
    }

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (_focus && _note is not null)
        {
            _focus = false;
            await _field.FocusAsync();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposal.Cancel();
        _disposal.Dispose();
    }

    private string Said(DateTimeOffset when, string? by)
    {
        var day = when.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        return by is null ? L["{0} UTC, by somebody who did not say their name", day] : L["{0} UTC, by {1}", day, by];
    }

    private Task LoadAsync()
    {
        var subject = Subject;
        return DoAsync(L["The tags could not be read"], async token =>
        {
            var labels = await Task.Run(() => Store.FindAsync(subject, token), token);
            if (subject == Subject)
            {
                _labels = labels;
            }
        });
    }

    private Task KnowTagsAsync() => DoAsync(L["The tags could not be read"], async token => _known = [.. (await Task.Run(() => Store.ListTagsAsync(token), token)).Select(tag => tag.Name)]);

    private async Task AddAsync()
    {
        if (LabelText.RefuseTag(_tag) is { } refusal)
        {
            _failure = refusal;
            return;
        }

        var (subject, tag, by) = (Subject, _tag, (await Visitor.GetAsync()).Name);
        await DoAsync(L["The tag could not be added"], token => Task.Run(() => Store.TagAsync([subject], tag, by, token), token));
        if (_failure is null)
        {
            _tag = string.Empty;
            await LoadAsync();
        }
    }

    private async Task RemoveAsync(string tag)
    {
        var subject = Subject;
        await DoAsync(L["The tag could not be removed"], token => Task.Run(() => Store.UntagAsync([subject], tag, token), token));
        if (_failure is null)
        {
            await LoadAsync();
        }
    }

    private void Write()
    {
        _note = _labels.Note?.Text ?? string.Empty;
        _focus = true;
    }

    private void LeaveOnEscape(KeyboardEventArgs args)
    {
        if (args.Key == "Escape")
        {
            _note = null;
        }
    }

    private async Task KeepNoteAsync()
    {
        if (LabelText.RefuseNote(_note) is { } refusal)
        {
            _failure = refusal;
            return;
        }

        var (subject, note, by) = (Subject, _note, (await Visitor.GetAsync()).Name);
        await DoAsync(L["The note could not be saved"], token => Task.Run(() => Store.SetNoteAsync(subject, note, by, token), token));
        if (_failure is null)
        {
            _note = null;
            await LoadAsync();
        }
    }

    private async Task DoAsync(string attempt, Func<CancellationToken, Task> action)
    {
        _isBusy = true;
        _failure = null;
        try
        {
            await action(_disposal.Token);
        }
        catch (OperationCanceledException)
        {
            // The page was left.
        }
        catch (Exception exception) when (Failures.Describe(exception, attempt) is not null)
        {
            _failure = Failures.Describe(exception, attempt);
        }
        finally
        {
            _isBusy = false;
        }
    }
}
