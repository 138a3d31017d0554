using System.ComponentModel;
using LogitLens.Dashboard.Filters;
using Microsoft.AspNetCore.Mvc;

namespace LogitLens.Dashboard.Api;

/// <summary>Which analyses are meant: query parameters that images, statistics and the pages have by the same names.</summary>
internal class FilterRequest
{
    [FromQuery(Name = "run")]
    [Description("Of one of these runs; may be given several times.")]
    public string[]? Runs { get; init; }

    [FromQuery(Name = "analysis")]
    [Description("Among these analyses; may be given several times.")]
    public string[]? Analyses { get; init; }

    [FromQuery(Name = "analyses")]
    [Description("The same, shorter: 3-14_20. At most 10,000.")]
    public string? AnalysisRanges { get; init; }

    [FromQuery(Name = "images")]
    [Description("Of these images, by number: 3-14_20. At most 10,000.")]
    public string? Images { get; init; }

    [FromQuery(Name = "checkpoint")]
    [Description("Of runs on the checkpoint of this hash.")]
    public string? Checkpoint { get; init; }

    [FromQuery(Name = "imageName")]
    [Description("Whose image's name contains this, in any case.")]
    public string? ImageName { get; init; }

    [FromQuery(Name = "prompt")]
    [Description("Whose prompt contains this.")]
    public string? Prompt { get; init; }

    [FromQuery(Name = "from")]
    [Description("That were Done at this time or later; a day means its beginning in UTC.")]
    public string? From { get; init; }

    [FromQuery(Name = "until")]
    [Description("That were Done before this time.")]
    public string? Until { get; init; }

    [FromQuery(Name = "addedFrom")]
    [Description("Whose image was added at this time or later.")]
    public string? AddedFrom { get; init; }

    [FromQuery(Name = "addedUntil")]
    [Description("Whose image was added before this time.")]
    public string? AddedUntil { get; init; }

    [FromQuery(Name = "state")]
    [Description("done, running, queued, failed or cancelled; for images also none: never analysed.")]
    public string? State { get; init; }

    [FromQuery(Name = "text")]
    [Description("In which a token of this text is read; a leading space or ␣ asks for the beginning of a word.")]
    public string? Text { get; init; }

    [FromQuery(Name = "match")]
    [Description("How its text has to fit: exact (by default), prefix or contains; case does not matter.")]
    public string? Match { get; init; }

    [FromQuery(Name = "token")]
    [Description("In which one of the tokens of these ids is read; with checkpoint.")]
    public string[]? Tokens { get; init; }

    [FromQuery(Name = "layers")]
    [Description("Where it is read: 8, 8-20, or 8- for all from there; emb is the first.")]
    public string? Layers { get; init; }

    [FromQuery(Name = "p")]
    [Description("With at least this probability.")]
    public string? Least { get; init; }

    [FromQuery(Name = "places")]
    [Description("At patch (by default), text or any.")]
    public string? Places { get; init; }

    [FromQuery(Name = "fillerFrom")]
    [Description("With at least this share of filler, 0 to 1: of the patches, those whose token at their best layer is filler.")]
    public string? FillerFrom { get; init; }

    [FromQuery(Name = "fillerTo")]
    [Description("With at most this share of filler.")]
    public string? FillerTo { get; init; }

    [FromQuery(Name = "tag")]
    [Description("That bear this tag, themselves, by their image or by their run; given several times, all of them.")]
    public string[]? Tags { get; init; }

    /// <summary>The filter, and why it cannot be asked for.</summary>
    public FilterReading ReadFilter()
    {
        return FilterAddress.Read(name => name switch
        {
            "run" => Runs ?? [],
            "analysis" => Analyses ?? [],
            "token" => Tokens ?? [],
            "tag" => Tags ?? [],
            _ => One(name) is { } value ? [value] : [],
        });

        string? One(string name) => name switch
        {
            "analyses" => AnalysisRanges,
            "images" => Images,
            "checkpoint" => Checkpoint,
            "imageName" => ImageName,
            "prompt" => Prompt,
            "from" => From,
            "until" => Until,
            "addedFrom" => AddedFrom,
            "addedUntil" => AddedUntil,
            "state" => State,
            "text" => Text,
            "match" => Match,
            "layers" => Layers,
            "p" => Least,
            "places" => Places,
            "fillerFrom" => FillerFrom,
            "fillerTo" => FillerTo,
            _ => null,
        };
    }
}
