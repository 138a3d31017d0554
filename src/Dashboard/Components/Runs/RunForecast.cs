using LogitLens.Dashboard.Components.Common;
using LogitLens.Storage.Catalogue;

namespace LogitLens.Dashboard.Components.Runs;

/// <summary>What a run will cost before it starts, in a sentence.</summary>
/// <param name="IsTooMuch">It does not fit on the disk.</param>
internal sealed record RunForecast(string Sentence, bool IsTooMuch)
{
    /// <param name="past">What was measured; null where nothing was done yet to measure it on.</param>
    /// <param name="free">Bytes free on the disk; null if nobody knows.</param>
    /// <param name="spared">Analyses that keep their first positions with another prompt on the same picture.</param>
    public static RunForecast Of(PastCost? past, int analyses, int layers, int k, int tracked, long? free, int spared = 0)
    {
        if (past is null)
        {
            return new RunForecast("What it costs will show with its first analyses: nothing like it has been done here yet.", false);
        }

        var bytes = past.Bytes(analyses, layers, k, tracked, spared);
        var time = Words.Duration(TimeSpan.FromSeconds(past.SecondsEach * analyses));
        var measured = $"as measured on {Words.Count(past.Analyses, "analysis", "analyses")} of \"{past.Run}\"";
        return free is { } room && room < bytes
            ? new RunForecast($"About {time} and {Words.Size(bytes)} of disk, {measured}, but only {Words.Size(room)} are free on the disk: keep fewer tokens or layers, or free space first.", true)
            : new RunForecast($"About {time} and {Words.Size(bytes)} of disk, {measured}.", false);
    }
}
