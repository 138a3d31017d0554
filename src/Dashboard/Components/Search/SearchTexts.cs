namespace LogitLens.Dashboard.Components.Search;

/// <summary>Names the texts of the search: English in the code, Russian in <c>SearchTexts.ru.resx</c>.</summary>
internal sealed class SearchTexts;
