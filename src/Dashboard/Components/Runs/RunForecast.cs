using LogitLens.Dashboard.Components.Common;
using LogitLens.Dashboard.Languages;
using LogitLens.Storage.Catalogue;
using Microsoft.Extensions.Localization;

namespace LogitLens.Dashboard.Components.Runs;

/// <summary>What a run will cost before it starts, in a sentence.</summary>
/// <param name="IsTooMuch">It does not fit on the disk.</param>
internal sealed record RunForecast(string Sentence, bool IsTooMuch)
{
    private static readonly IStringLocalizer L = Texts.Of<RunTexts>();

    /// <param name="past">What was measured; null where nothing was done yet to measure it on.</param>
    /// <param name="free">Bytes free on the disk; null if nobody knows.</param>
    /// <param name="spared">Analyses that keep their first positions with another prompt on the same picture.</param>
    public static RunForecast Of(PastCost? past, int analyses, int layers, int k, int tracked, long? free, int spared = 0)
    {
        if (past is null)
        {
            return new RunForecast(L["What it costs will show with its first analyses: nothing like it has been done here yet."], false);
        }

        var bytes = past.Bytes(analyses, layers, k, tracked, spared);
        var time = Words.Duration(TimeSpan.FromSeconds(past.SecondsEach * analyses));
        return free is { } room && room < bytes
            ? new RunForecast(L.Count("About {1} and {2} of disk, as measured on {0} analysis of \"{3}\", but only {4} are free on the disk: keep fewer tokens or layers, or free space first.|About {1} and {2} of disk, as measured on {0} analyses of \"{3}\", but only {4} are free on the disk: keep fewer tokens or layers, or free space first.", past.Analyses, time, Words.Size(bytes), past.Run, Words.Size(room)), true)
            : new RunForecast(L.Count("About {1} and {2} of disk, as measured on {0} analysis of \"{3}\".|About {1} and {2} of disk, as measured on {0} analyses of \"{3}\".", past.Analyses, time, Words.Size(bytes), past.Run), false);
    }
}
