namespace LogitLens.Dashboard.Components.Common;

/// <summary>Names the texts of what every room uses: English in the code, Russian in <c>CommonTexts.ru.resx</c>.</summary>
internal sealed class CommonTexts;
