namespace LogitLens.Dashboard.Components.Statistics;

/// <summary>Names the texts of statistics and reports: English in the code, Russian in <c>StatisticsTexts.ru.resx</c>.</summary>
internal sealed class StatisticsTexts;
