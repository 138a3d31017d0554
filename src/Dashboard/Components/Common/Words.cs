using System.Globalization;
using LogitLens.Inference;
using LogitLens.Storage.Catalogue;

namespace LogitLens.Dashboard.Components.Common;

/// <summary>Numbers and times as people read them; English, whatever the server's culture.</summary>
internal static class Words
{
    private static readonly string[] Units = ["KiB", "MiB", "GiB", "TiB"];

    /// <summary>A whole number, thousands apart: <c>12 345</c>.</summary>
    public static string Count(long value) => value.ToString("#,0", CultureInfo.InvariantCulture).Replace(',', '\u202f');

    /// <summary><c>1 image</c>, <c>12 images</c>.</summary>
    public static string Count(long value, string singular, string plural) => $"{Count(value)} {(value == 1 ? singular : plural)}";

    /// <summary>Bytes in binary units: <c>16.2 MiB</c>.</summary>
    public static string Size(long bytes)
    {
        if (bytes < 1024)
        {
            return $"{Count(bytes)} B";
        }

        double value = bytes;
        var unit = -1;
        while (value >= 1023.95 && unit + 1 < Units.Length)
        {
            value /= 1024;
            unit++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{value:0.#} {Units[unit]}");
    }

    /// <summary>A length of time, two units at most: <c>40 s</c>, <c>3 min</c>, <c>2 h 10 min</c>.</summary>
    public static string Duration(TimeSpan time)
    {
        var seconds = (long)Math.Round(Math.Max(0, time.TotalSeconds));
        if (seconds < 1)
        {
            return time > TimeSpan.Zero ? "under 1 s" : "0 s";
        }

        if (seconds < 60)
        {
            return $"{seconds} s";
        }

        // From ten minutes on, seconds only make the figure restless.
        if (seconds < 600)
        {
            var rest = seconds % 60;
            return rest == 0 ? $"{seconds / 60} min" : $"{seconds / 60} min {rest} s";
        }

        var minutes = (long)Math.Round(seconds / 60.0);
        if (minutes < 60)
        {
            return $"{minutes} min";
        }

        var hours = minutes / 60;
        if (hours < 48)
        {
            return minutes % 60 == 0 ? $"{hours} h" : $"{hours} h {minutes % 60} min";
        }

        return $"{hours / 24} d {hours % 24} h";
    }

    /// <summary>A prompt on one line.</summary>
    public static string OneLine(string text) => text.ReplaceLineEndings("⏎");

    /// <summary>The question in a prompt of a known form, else the prompt; on one line.</summary>
    public static string Question(string prompt) => OneLine(PromptTemplate.FindQuestion(prompt) ?? prompt);

    /// <summary>A state, in lower case.</summary>
    public static string State(AnalysisState state) => state switch
    {
        AnalysisState.Queued => "queued",
        AnalysisState.Running => "running",
        AnalysisState.Done => "done",
        AnalysisState.Failed => "failed",
        AnalysisState.Cancelled => "cancelled",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "A state without a word."),
    };

    /// <summary>The state a word means, or null.</summary>
    public static AnalysisState? State(string? word) =>
        Enum.GetValues<AnalysisState>().Cast<AnalysisState?>().FirstOrDefault(s => State(s!.Value).Equals(word, StringComparison.OrdinalIgnoreCase));

    /// <summary>How far a run is: <c>9 of 12 done, 1 failed</c>.</summary>
    public static string Counts(RunCounts counts)
    {
        var text = counts.Done == counts.Total ? Count(counts.Done) + " done" : $"{Count(counts.Done)} of {Count(counts.Total)} done";
        if (counts.Failed > 0)
        {
            text += $", {Count(counts.Failed)} failed";
        }

        if (counts.Cancelled > 0)
        {
            text += $", {Count(counts.Cancelled)} cancelled";
        }

        return text;
    }
}
