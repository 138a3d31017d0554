namespace LogitLens.Dashboard.Components.Explorer;

/// <summary>Names the texts of the explorer's page and the masks': English in the code, Russian in <c>ExplorerTexts.ru.resx</c>.</summary>
internal sealed class ExplorerTexts;
