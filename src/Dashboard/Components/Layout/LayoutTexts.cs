namespace LogitLens.Dashboard.Components.Layout;

/// <summary>Names the texts of the frame around the pages: English in the code, Russian in <c>LayoutTexts.ru.resx</c>.</summary>
internal sealed class LayoutTexts;
