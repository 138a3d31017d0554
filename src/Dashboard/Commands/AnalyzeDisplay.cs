using System.Globalization;
using Spectre.Console;

namespace LogitLens.Dashboard.Commands;

/// <summary>What <c>analyze</c> shows while it works: a bar on a terminal, a line per picture elsewhere.</summary>
internal sealed class AnalyzeDisplay(TextWriter output, TextWriter error)
{
    private readonly bool _isTerminal = ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities.Interactive;
    private readonly List<string> _failures = [];
    private ProgressTask? _bar;
    private int _total;
    private int _finished;

    /// <summary>Pictures that failed so far.</summary>
    public int Failures { get; private set; }

    /// <summary>Shows progress while the work is done.</summary>
    public async Task ShowAsync(int total, Func<Task> work)
    {
        _total = total;
        if (!_isTerminal)
        {
            await work();
            return;
        }

        try
        {
            await AnsiConsole.Progress()
                .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
                .StartAsync(async context =>
                {
                    _bar = context.AddTask("starting", maxValue: total);
                    await work();
                });
        }
        finally
        {
            _bar = null;

            // Written below the bar, not through it.
            foreach (var failure in _failures)
            {
                await error.WriteLineAsync(failure);
            }
        }
    }

    /// <summary>A picture is so far.</summary>
    public void Step(string name, string stage, double fraction)
    {
        if (_bar is { } bar)
        {
            bar.Description = Markup.Escape($"{name}: {stage}");
            bar.Value = _finished + fraction;
        }
    }

    /// <summary>A picture is done.</summary>
    public void Done(string name, TimeSpan time)
    {
        _finished++;
        if (!_isTerminal)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{_finished}/{_total} {name} {time.TotalSeconds:0.0} s"));
        }
    }

    /// <summary>A picture failed.</summary>
    public void Failed(string name, string sentence)
    {
        _finished++;
        Failures++;
        var line = $"{name}: {sentence}";
        if (_bar is null)
        {
            error.WriteLine(line);
        }
        else
        {
            _failures.Add(line);
        }
    }
}
