using LogitLens.Storage.Catalogue;

namespace LogitLens.Storage.Gallery;

/// <summary>What can go of some images: an analysis goes with its run only, and an image only where no analysis is left of it.</summary>
/// <param name="Unused">Images that no analysis uses.</param>
/// <param name="WholeRuns">Runs all of whose images are among them, newest first.</param>
/// <param name="WithWholeRuns">Images that could go with all of these runs.</param>
/// <param name="Used">Images that other runs use, too.</param>
/// <param name="UsedBy">Names of these runs, newest first.</param>
public sealed record DeletionPlan(int Unused, IReadOnlyList<DeletionPlan.WholeRun> WholeRuns, int WithWholeRuns, int Used, IReadOnlyList<string> UsedBy)
{
    /// <summary>A run all of whose images are among those to be deleted.</summary>
    public sealed record WholeRun(RunId Id, string Name, int Analyses);
}
