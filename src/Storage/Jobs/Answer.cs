namespace LogitLens.Storage.Jobs;

/// <summary>An answer as it stands at one moment.</summary>
/// <param name="Id">What to ask for it by.</param>
/// <param name="Question">What was asked.</param>
/// <param name="State">How far it is.</param>
/// <param name="Read">Steps done so far.</param>
/// <param name="Total">Steps it takes.</param>
/// <param name="Failure">Why it failed; null unless it did.</param>
/// <param name="Result">Null until it is Done.</param>
internal sealed record Answer<TQuestion, TResult>(Guid Id, TQuestion Question, JobState State, int Read, int Total, Exception? Failure, TResult? Result)
    where TResult : class;
