using LogitLens.Dashboard.Analysis;
using LogitLens.Dashboard.Components.Common;
using LogitLens.Dashboard.Languages;
using LogitLens.Storage.Exchange;
using Microsoft.Extensions.Localization;

namespace LogitLens.Dashboard.Components.Runs;

/// <summary>A table's lines, laid on the images chosen.</summary>
/// <param name="Items">One per line that names a chosen image.</param>
/// <param name="Unmatched">A sentence for each line that does not.</param>
/// <param name="ImagesWithoutLine">Chosen images that no line names: they are left out.</param>
internal sealed record ItemMatch(IReadOnlyList<RequestedItem> Items, IReadOnlyList<string> Unmatched, int ImagesWithoutLine)
{
    private static readonly IStringLocalizer L = Texts.Of<RunTexts>();

    /// <summary>Matches by name: the whole of it, else its last part (a table may name paths), else either in any case.</summary>
    public static ItemMatch Match(IReadOnlyList<TableItem> lines, IReadOnlyList<ChosenImage> images)
    {
        var exact = images.ToLookup(image => image.Name, StringComparer.Ordinal);
        var anyCase = images.ToLookup(image => image.Name, StringComparer.OrdinalIgnoreCase);
        var items = new List<RequestedItem>();
        var unmatched = new List<string>();
        var used = new HashSet<ChosenImage>();
        foreach (var line in lines)
        {
            var fileName = line.Image[(line.Image.LastIndexOfAny(['/', '\\']) + 1)..];
            var found = new[] { exact[line.Image], exact[fileName], anyCase[line.Image], anyCase[fileName] }
                .Select(candidates => candidates.ToArray())
                .FirstOrDefault(candidates => candidates.Length > 0) ?? [];
            switch (found.Length)
            {
                case 0:
                    unmatched.Add(L["Line {0}: no image here is called \"{1}\".", Words.Count(line.Line), line.Image]);
                    break;
                case 1:
                    used.Add(found[0]);
                    items.Add(new RequestedItem(found[0].Row.Id, line.Prompt, line.TrueAnswer));
                    break;
                default:
                    unmatched.Add(L["Line {0}: {1} images here are called \"{2}\", so it is not clear which is meant; rename one.", Words.Count(line.Line), found.Length, fileName]);
                    break;
            }
        }

        return new ItemMatch(items, unmatched, images.Count - used.Count);
    }
}
