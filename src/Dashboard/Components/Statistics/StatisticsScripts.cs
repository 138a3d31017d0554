namespace LogitLens.Dashboard.Components.Statistics;

/// <summary>Names the texts of the charts in the browser (<c>wwwroot/js/statistics</c>): Russian in <c>StatisticsScripts.ru.resx</c>.</summary>
internal sealed class StatisticsScripts;
