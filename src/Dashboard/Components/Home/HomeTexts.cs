namespace LogitLens.Dashboard.Components.Home;

/// <summary>Names the texts of the first page: English in the code, Russian in <c>HomeTexts.ru.resx</c>.</summary>
internal sealed class HomeTexts;
