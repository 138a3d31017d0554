using System.Security.Cryptography;
using System.Text;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace LogitLens.Storage.Comparisons;

/// <summary>Which analyses of two runs are put beside each other.</summary>
/// <param name="Pairs">In the order of the first run.</param>
/// <param name="OnlyFirst">Analyses of the first without a partner.</param>
/// <param name="OnlySecond">The other way.</param>
internal sealed record RunPairs(RunPairs.Run First, RunPairs.Run Second, IReadOnlyList<RunPairs.Pair> Pairs, int OnlyFirst, int OnlySecond)
{
    public static async Task<RunPairs?> FindAsync(StorageContext context, RunId first, RunId second, CancellationToken cancellationToken)
    {
        if (await RunAsync(context, first, cancellationToken) is not { } a || await RunAsync(context, second, cancellationToken) is not { } b)
        {
            return null;
        }

        var (mine, theirs) = (await DoneAsync(context, a.Number, cancellationToken), await DoneAsync(context, b.Number, cancellationToken));
        var partners = theirs.GroupBy(analysis => analysis.ImageId).ToDictionary(image => image.Key, image => image.ToList());
        var pairs = new List<(int Order, Pair Pair)>();
        foreach (var image in mine.GroupBy(analysis => analysis.ImageId).Where(image => partners.ContainsKey(image.Key)))
        {
            // Of several prompts on an image the same ones first, then in their order.
            var (left, right) = (image.ToList(), partners[image.Key]);
            Take((x, y) => x.Prompt == y.Prompt);
            Take((_, _) => true);

            void Take(Func<Done, Done, bool> fits)
            {
                foreach (var analysis in left.ToList())
                {
                    if (right.Find(other => fits(analysis, other)) is { } partner)
                    {
                        pairs.Add((analysis.Ordinal, new Pair(analysis.Id, partner.Id, analysis.Sha256, analysis.Name, analysis.Orientation)));
                        left.Remove(analysis);
                        right.Remove(partner);
                    }
                }
            }
        }

        return new RunPairs(a, b, [.. pairs.OrderBy(pair => pair.Order).Select(pair => pair.Pair)], mine.Count - pairs.Count, theirs.Count - pairs.Count);
    }

    /// <summary>Names what is compared: results never change once written, so equal keys have equal answers.</summary>
    public string Key()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.ASCII.GetBytes($"{First.Number} {Second.Number} {OnlyFirst} {OnlySecond};"));
        foreach (var pair in Pairs)
        {
            hash.AppendData(Encoding.ASCII.GetBytes($"{pair.First} {pair.Second};"));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Layers of the first, each with the one of the second that stands beside it: the same, or in other depths the nearest at the same share of the depth, the shallower of two.</summary>
    public IReadOnlyList<(int First, int Second)> BesideEachOther()
    {
        var pairs = new List<(int, int)>();
        foreach (var layer in First.Layers)
        {
            if (First.FinalLayer == Second.FinalLayer || layer == 0)
            {
                if (Second.Layers.Contains(layer))
                {
                    pairs.Add((layer, layer));
                }
            }
            else if (Second.Layers.Where(other => other > 0).OrderBy(other => Math.Abs(((double)other / Second.FinalLayer) - ((double)layer / First.FinalLayer))).ThenBy(other => other).ToList() is [var nearest, ..])
            {
                pairs.Add((layer, nearest));
            }
        }

        return pairs;
    }

    private static async Task<Run?> RunAsync(StorageContext context, RunId id, CancellationToken cancellationToken)
    {
        var found = await context.Runs
            .Where(r => r.Id == id.Value && !r.Deleting)
            .Select(r => new { r.Number, r.CheckpointId, r.Checkpoint!.Layers, r.Settings })
            .SingleOrDefaultAsync(cancellationToken);
        if (found is null)
        {
            return null;
        }

        var settings = RunSettingsJson.Read(found.Settings);
        return new Run(id, found.Number, found.CheckpointId, found.Layers, settings.Layers ?? [.. Enumerable.Range(0, found.Layers + 1)], settings.ApplyExifOrientation, settings.Legacy);
    }

    private static Task<List<Done>> DoneAsync(StorageContext context, long run, CancellationToken cancellationToken) => context.Analyses
        .Where(a => a.RunNumber == run && a.State == AnalysisState.Done)
        .OrderBy(a => a.Ordinal)
        .Select(a => new Done(a.Id, a.Ordinal, a.ImageId, a.Image!.Sha256, a.Image.Name, a.Image.ExifOrientation, a.Prompt))
        .ToListAsync(cancellationToken);

    /// <summary>One of the two runs.</summary>
    /// <param name="FinalLayer">L of its checkpoint.</param>
    /// <param name="Layers">Those it reads, ascending.</param>
    /// <param name="IsTurned">Pictures are turned as EXIF says.</param>
    internal sealed record Run(RunId Id, long Number, long Checkpoint, int FinalLayer, IReadOnlyList<int> Layers, bool IsTurned, bool Legacy);

    /// <summary>Two analyses of one image.</summary>
    internal sealed record Pair(long First, long Second, string ImageSha256, string ImageName, int Orientation);

    private sealed record Done(long Id, int Ordinal, long ImageId, string Sha256, string Name, int Orientation, string Prompt);
}
