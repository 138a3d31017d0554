using LogitLens.Dashboard.Components.Common;
using LogitLens.Dashboard.Exports;
using LogitLens.Dashboard.Languages;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Exchange;
using LogitLens.Storage.Exchange.Export;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using MudBlazor;

namespace LogitLens.Dashboard.Components.Exports;

/// <summary>Asks in which form something is to be exported. The browser downloads; the dialog follows by a ticket and can stop it.</summary>
public sealed partial class ExportDialog
{
    private static readonly IStringLocalizer L = Texts.Of<ExportTexts>();

    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(250);

    private readonly CancellationTokenSource _disposal = new();
    private readonly HashSet<RunId> _chosen = [];
    private ExportForm _form = new();
    private ExportTicket _ticket = default!;
    private ExportPhase _phase;
    private ExchangeProgress _progress;
    private string? _failure;
    private bool _isFollowing;
    private TokenRow? _token;
    private IReadOnlyList<TokenRow>? _tokens;

    [CascadingParameter]
    private IMudDialogInstance Dialog { get; set; } = default!;

    [Inject]
    private TimeProvider Clock { get; set; } = default!;

    /// <summary>What it is about.</summary>
    [Parameter, EditorRequired]
    public required ExportSubject Subject { get; set; }

    /// <summary>What the form begins with.</summary>
    [Parameter]
    public ExportForm? Beginning { get; set; }

    private ExportScope Scope => Subject.Choices is null ? Subject.Scope : new ExportScope([.. Subject.Choices.Select(c => c.Run).Where(_chosen.Contains)], []);

    /// <summary>Opens the dialog.</summary>
    internal static Task ShowAsync(IDialogService dialogs, ExportSubject subject, ExportForm? form = null) => dialogs.ShowAsync<ExportDialog>(
        L["Export {0}", subject.Name],
        new DialogParameters<ExportDialog> { { d => d.Subject, subject }, { d => d.Beginning, form } },
        new DialogOptions { MaxWidth = MaxWidth.Small, FullWidth = true, CloseOnEscapeKey = true });

    /// <inheritdoc/>
    public void Dispose()
    {
        Tickets.Close(_ticket);
        _disposal.Cancel();
        _disposal.Dispose();
    }

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        _ticket = Tickets.Open();
        _form = Beginning ?? _form;
        _chosen.UnionWith(Subject.Choices?.Where(choice => choice.Done > 0).Select(choice => choice.Run) ?? []);
    }

    private void Choose(RunId run, bool isChosen)
    {
        if (isChosen)
        {
            _chosen.Add(run);
        }
        else
        {
            _chosen.Remove(run);
        }
    }

    private string? Obstacle() =>
        _phase == ExportPhase.Running || _isFollowing ? L["It is being exported."]
        : Scope.Runs.Count + Scope.Analyses.Count == 0 ? L["Choose at least one run."]
        : _form.Obstacle;

    private string State() => _phase switch
    {
        _ when _failure is not null => _failure,
        ExportPhase.Running => L.Count("{1} of {0} analysis|{1} of {0} analyses", _progress.Total, Words.Count(_progress.Done)),
        ExportPhase.Done => L["Exported: {0}. The browser has the file.", Words.Count(_progress.Total, "analysis", "analyses")],
        ExportPhase.Cancelled => L["Cancelled; what the browser has got of it is no whole file."],
        _ => Obstacle() ?? Words.Count(Subject.Choices?.Where(choice => _chosen.Contains(choice.Run)).Sum(choice => choice.Done) ?? Subject.Count, "finished analysis", "finished analyses"),
    };

    private void SetToken(TokenRow? token)
    {
        _token = token;
        _form.TokenId = token?.Id;
    }

    private async Task<IEnumerable<TokenRow?>> FindTokensAsync(string? text, CancellationToken cancellationToken)
    {
        _tokens ??= await Checkpoints.ReadTokensAsync(Subject.CheckpointHash!, cancellationToken);
        var wanted = (text ?? string.Empty).Replace(' ', '␣');
        return wanted.Length == 0
            ? []
            : _tokens
                .Where(token => token.Display.Contains(wanted, StringComparison.OrdinalIgnoreCase))
                .OrderBy(token => token.Display.Trim('␣').Length)
                .Take(30)
                .Select(token => (TokenRow?)token);
    }

    /// <summary>Looks at the ticket until the download has ended; the click itself is the browser's.</summary>
    private async Task FollowAsync()
    {
        if (_isFollowing)
        {
            return;
        }

        // The address in the link names this ticket; the next click gets another.
        var ticket = _ticket;
        _isFollowing = true;
        _failure = null;
        _phase = ExportPhase.Waiting;
        try
        {
            using var timer = new PeriodicTimer(Pace, Clock);
            while (await timer.WaitForNextTickAsync(_disposal.Token))
            {
                (_phase, _progress, _failure) = ticket.Read();
                StateHasChanged();
                if (_phase is ExportPhase.Done or ExportPhase.Cancelled or ExportPhase.Failed)
                {
                    break;
                }
            }

            Tickets.Close(ticket);
            _ticket = Tickets.Open();
        }
        catch (OperationCanceledException)
        {
            // The dialog was closed; the browser goes on with its download.
        }
        finally
        {
            _isFollowing = false;
        }
    }
}
