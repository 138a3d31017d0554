namespace LogitLens.Dashboard.Components.Runs;

/// <summary>Names the texts of runs and their analyses: English in the code, Russian in <c>RunTexts.ru.resx</c>.</summary>
internal sealed class RunTexts;
