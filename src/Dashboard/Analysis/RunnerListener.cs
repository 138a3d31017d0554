namespace LogitLens.Dashboard.Analysis;

/// <summary>Who is told how far analyses are that go through the model together.</summary>
/// <param name="OnProgress">Called with each step of those computed together; from several threads, but one at a time.</param>
/// <param name="OnCommit">Called after a reading of one of them was committed.</param>
/// <param name="OnThrough">Called when those computed together are through, whatever came of each.</param>
internal sealed record RunnerListener(
    Action<IReadOnlyList<RunnerItem>, RunnerProgress> OnProgress, Action<IReadOnlyList<RunnerItem>> OnCommit, Func<IReadOnlyList<RunnerItem>, Task> OnThrough);
