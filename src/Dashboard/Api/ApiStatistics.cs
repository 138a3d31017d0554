using LogitLens.Storage.Jobs;
using LogitLens.Storage.Statistics;

namespace LogitLens.Dashboard.Api;

/// <summary>The answer to a question about statistics.</summary>
/// <param name="Checkpoints">One for each checkpoint in the scope: layers and tokens of different checkpoints are never mixed.</param>
internal sealed record ApiStatistics<T>(IReadOnlyList<ApiCheckpointStatistics<T>> Checkpoints)
{
    public static ApiStatistics<T> From(StatisticsResult result, Func<CheckpointStatistics, T> describe) => new([.. result.Checkpoints.Select(c => new ApiCheckpointStatistics<T>(
        new ApiCheckpoint(c.Checkpoint.Hash, c.Checkpoint.Name, c.Checkpoint.ModelType, c.Checkpoint.Layers, c.Checkpoint.VocabularySize), c.Runs, c.Analyses, c.Missing, describe(c)))]);
}

/// <summary>Statistics over analyses of one checkpoint.</summary>
/// <param name="Analyses">How many analyses went in.</param>
/// <param name="Missing">How many Done analyses did not, because they come from an earlier version and have not been brought over yet.</param>
internal sealed record ApiCheckpointStatistics<T>(ApiCheckpoint Checkpoint, int Runs, int Analyses, int Missing, T Statistics);

/// <summary>Layer by layer, patches and text apart.</summary>
internal sealed record ApiLayerStatistics(GroupStatistics Patches, GroupStatistics Text, GroupStatistics Answer);

/// <summary>The most frequent tokens of one group.</summary>
internal sealed record ApiTokenStatistics(PositionGroup Group, IReadOnlyList<ApiLayerTokens> Layers);

/// <summary>The most frequent tokens at one layer.</summary>
internal sealed record ApiLayerTokens(int Layer, long Positions, int Distinct, IReadOnlyList<ApiTokenCount> Tokens)
{
    public static ApiLayerTokens From(LayerTokens layer) => new(
        layer.Layer,
        layer.Positions,
        layer.Distinct,
        [.. layer.Tokens.Select(t => new ApiTokenCount(t.Token.Id, t.Token.Text, t.Token.Display, t.Count, t.Share, t.IsFiller))]);
}

/// <summary>A token and how many positions have it at top-1.</summary>
internal sealed record ApiTokenCount(int Id, string Text, string Display, long Count, double Share, bool IsFiller);

/// <summary>A mean over analyses for each cell of a grid of patches.</summary>
/// <param name="Tiles">The grids there are: 0 the whole picture, 1 the finer one put together from tiles.</param>
/// <param name="Map">Null where nothing was read on the grid asked for, at the layer asked for.</param>
internal sealed record ApiMap(IReadOnlyList<int> Tiles, MeanMap? Map);

/// <summary>Statistics that take longer: while state is running, look again; once it is done, ask the first question again.</summary>
internal sealed record ApiStatisticsJob(Guid Id, JobState State, int Read, int Total, string? Error)
{
    public static ApiStatisticsJob From(StatisticsJob job) => new(job.Id, job.State, job.Read, job.Total, job.Error);
}

/// <summary>The 65 edges of the bins of every distribution.</summary>
internal sealed record ApiScales(IReadOnlyList<double> Confidence, IReadOnlyList<double> Entropy);
