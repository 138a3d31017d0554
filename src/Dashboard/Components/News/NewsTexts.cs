namespace LogitLens.Dashboard.Components.News;

/// <summary>Names the texts of what happened: English in the code, Russian in <c>NewsTexts.ru.resx</c>.</summary>
internal sealed class NewsTexts;
