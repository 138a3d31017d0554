using System.Globalization;
using LogitLens.Dashboard.Languages;
using LogitLens.Inference;
using LogitLens.Storage.Catalogue;
using Microsoft.Extensions.Localization;

namespace LogitLens.Dashboard.Components.Common;

/// <summary>Numbers and times as people read them: their words in the interface's language, their figures the same in each.</summary>
internal static class Words
{
    private static readonly IStringLocalizer L = Texts.Of<CommonTexts>();

    private static readonly string[] Units = [Texts.Mark("KiB"), Texts.Mark("MiB"), Texts.Mark("GiB"), Texts.Mark("TiB")];

    /// <summary>A whole number, thousands apart: <c>12 345</c>.</summary>
    public static string Count(long value) => value.ToString("#,0", CultureInfo.InvariantCulture).Replace(',', '\u202f');

    /// <summary><c>1 image</c>, <c>12 images</c>: <c>Count(12, "image", "images")</c> is the text <c>{0} image|{0} images</c> of <see cref="CommonTexts"/>.</summary>
    public static string Count(long value, string singular, string plural) => L.Count($"{{0}} {singular}|{{0}} {plural}", value);

    /// <summary>Bytes in binary units: <c>16.2 MiB</c>.</summary>
    public static string Size(long bytes)
    {
        if (bytes < 1024)
        {
            return L["{0} B", Count(bytes)];
        }

        double value = bytes;
        var unit = -1;
        while (value >= 1023.95 && unit + 1 < Units.Length)
        {
            value /= 1024;
            unit++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{value:0.#} {L[Units[unit]]}");
    }

    /// <summary>A length of time, two units at most: <c>40 s</c>, <c>3 min</c>, <c>2 h 10 min</c>.</summary>
    public static string Duration(TimeSpan time)
    {
        var seconds = (long)Math.Round(Math.Max(0, time.TotalSeconds));
        if (seconds < 1)
        {
            return time > TimeSpan.Zero ? L["under 1 s"] : L["{0} s", 0];
        }

        if (seconds < 60)
        {
            return L["{0} s", seconds];
        }

        // From ten minutes on, seconds only make the figure restless.
        if (seconds < 600)
        {
            var rest = seconds % 60;
            return rest == 0 ? L["{0} min", seconds / 60] : L["{0} min {1} s", seconds / 60, rest];
        }

        var minutes = (long)Math.Round(seconds / 60.0);
        if (minutes < 60)
        {
            return L["{0} min", minutes];
        }

        var hours = minutes / 60;
        if (hours < 48)
        {
            return minutes % 60 == 0 ? L["{0} h", hours] : L["{0} h {1} min", hours, minutes % 60];
        }

        return L["{0} d {1} h", hours / 24, hours % 24];
    }

    /// <summary>A prompt on one line.</summary>
    public static string OneLine(string text) => text.ReplaceLineEndings("⏎");

    /// <summary>The question in a prompt of a known form, else the prompt; on one line.</summary>
    public static string Question(string prompt) => OneLine(PromptTemplate.FindQuestion(prompt) ?? prompt);

    /// <summary>A state as addresses and styles spell it; <see cref="StateName"/> is for people.</summary>
    public static string State(AnalysisState state) => state switch
    {
        AnalysisState.Queued => "queued",
        AnalysisState.Running => "running",
        AnalysisState.Done => "done",
        AnalysisState.Failed => "failed",
        AnalysisState.Cancelled => "cancelled",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "A state without a word."),
    };

    /// <summary>A state in the interface's language, in lower case.</summary>
    public static string StateName(AnalysisState state) => state switch
    {
        AnalysisState.Queued => L["queued"],
        AnalysisState.Running => L["running"],
        AnalysisState.Done => L["done"],
        AnalysisState.Failed => L["failed"],
        AnalysisState.Cancelled => L["cancelled"],
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "A state without a word."),
    };

    /// <summary>With a capital letter, for the head of something.</summary>
    public static string Capital(string text) => text.Length == 0 ? text : char.ToUpper(text[0], CultureInfo.CurrentUICulture) + text[1..];

    /// <summary>With a small letter, for inside a sentence.</summary>
    public static string Small(string text) => text.Length == 0 ? text : char.ToLower(text[0], CultureInfo.CurrentUICulture) + text[1..];

    /// <summary>The state a word means, or null.</summary>
    public static AnalysisState? State(string? word) =>
        Enum.GetValues<AnalysisState>().Cast<AnalysisState?>().FirstOrDefault(s => State(s!.Value).Equals(word, StringComparison.OrdinalIgnoreCase));

    /// <summary>How far a run is: <c>9 of 12 done, 1 failed</c>.</summary>
    public static string Counts(RunCounts counts)
    {
        var text = counts.Done == counts.Total ? L["{0} done", Count(counts.Done)].Value : L["{0} of {1} done", Count(counts.Done), Count(counts.Total)].Value;
        if (counts.Failed > 0)
        {
            text += L[", {0} failed", Count(counts.Failed)];
        }

        if (counts.Cancelled > 0)
        {
            text += L[", {0} cancelled", Count(counts.Cancelled)];
        }

        return text;
    }

    /// <summary>What the service is doing to an analysis, as <see cref="Analysis.CurrentAnalysis.Stage"/> has it.</summary>
    public static string Stage(string stage) => stage switch
    {
        "loading checkpoint" => L["loading checkpoint"],
        "reading picture" => L["reading picture"],
        "vision" => L["vision"],
        "answer" => L["answer"],
        _ when stage.Split(' ') is ["layer", var done, "of", var total] => L["layer {0} of {1}", done, total],
        _ => stage,
    };
}
