using System.Globalization;
using LogitLens.Storage.Catalogue;

namespace LogitLens.Dashboard.Analysis;

/// <summary>Turns steps into a fraction and an estimate of the time left, from the time that earlier analyses of the same checkpoint took. Safe from any thread.</summary>
internal sealed class ProgressMeter(TimeProvider clock)
{
    // How much a newer analysis counts against those before it.
    private const double Freshness = 0.4;

    // Before anything was measured, an unfinished analysis says little about its length until this much of it is done.
    private const double EnoughToExtrapolate = 0.2;

    // Rough shares of preparing, vision, layers and answer, until they are measured. Loading happens once and is left out.
    private static readonly double[] Guess = [0, 0.1, 0.25, 0.45, 0.2];

    private readonly Lock _gate = new();
    private readonly double[] _typical = new double[Guess.Length];
    private readonly double[] _spent = new double[Guess.Length];
    private CheckpointId? _checkpoint;
    private bool _isMeasured;
    private bool _hasAnswer;
    private RunnerProgress _now;
    private long _since;
    private double _fraction;

    /// <summary>An analysis begins.</summary>
    public void Begin(ClaimedAnalysis analysis)
    {
        lock (_gate)
        {
            if (_checkpoint != analysis.Checkpoint.Id)
            {
                _checkpoint = analysis.Checkpoint.Id;
                _isMeasured = false;
                Guess.CopyTo(_typical, 0);
            }

            _hasAnswer = analysis.Settings.AnswerTokens > 0;
            Array.Clear(_spent);
            _now = default;
            _since = clock.GetTimestamp();
            _fraction = 0;
        }
    }

    /// <summary>A step was done.</summary>
    public void Advance(RunnerProgress progress)
    {
        lock (_gate)
        {
            Spend();
            _now = progress;
            var whole = 0.0;
            var done = 0.0;
            for (var stage = 0; stage < _typical.Length; stage++)
            {
                var weight = Weight(stage);
                whole += weight;
                done += stage < (int)progress.Stage ? weight : stage == (int)progress.Stage ? weight * progress.Done / Math.Max(1, progress.Total) : 0;
            }

            _fraction = Math.Max(_fraction, whole > 0 ? Math.Clamp(done / whole, 0, 1) : 0);
        }
    }

    /// <summary>The analysis was completed: what it took counts for those to come.</summary>
    public void Finish()
    {
        lock (_gate)
        {
            Spend();
            for (var stage = (int)RunnerStage.Preparing; stage < _typical.Length; stage++)
            {
                if (_hasAnswer || stage != (int)RunnerStage.Answer)
                {
                    _typical[stage] = _isMeasured ? (Freshness * _spent[stage]) + ((1 - Freshness) * _typical[stage]) : _spent[stage];
                }
            }

            _isMeasured = true;
        }
    }

    /// <summary>What to tell people.</summary>
    /// <param name="queued">Batches like this one that wait behind it.</param>
    public (string Stage, double Fraction, TimeSpan? Remaining) Read(double queued)
    {
        lock (_gate)
        {
            double? one = _isMeasured ? Enumerable.Range(0, _typical.Length).Sum(Weight)
                : _fraction >= EnoughToExtrapolate ? (_spent.Skip(1).Sum() + Elapsed()) / _fraction
                : null;
            TimeSpan? remaining = one is { } seconds ? TimeSpan.FromSeconds(Math.Min(seconds * (1 - _fraction + queued), TimeSpan.MaxValue.TotalSeconds / 2)) : null;
            return (Name(_now), _fraction, remaining);
        }
    }

    private static string Name(RunnerProgress progress) => progress.Stage switch
    {
        RunnerStage.Loading => "loading checkpoint",
        RunnerStage.Preparing => "reading picture",
        RunnerStage.Vision => "vision",
        RunnerStage.Layers => string.Create(CultureInfo.InvariantCulture, $"layer {progress.Done} of {progress.Total}"),
        _ => "answer",
    };

    private double Weight(int stage) => stage == (int)RunnerStage.Loading || (stage == (int)RunnerStage.Answer && !_hasAnswer) ? 0 : _typical[stage];

    private double Elapsed() => clock.GetElapsedTime(_since).TotalSeconds;

    private void Spend()
    {
        _spent[(int)_now.Stage] += Elapsed();
        _since = clock.GetTimestamp();
    }
}
