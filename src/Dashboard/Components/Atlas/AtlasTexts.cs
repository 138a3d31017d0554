namespace LogitLens.Dashboard.Components.Atlas;

/// <summary>Names the texts of the atlas: English in the code, Russian in <c>AtlasTexts.ru.resx</c>.</summary>
internal sealed class AtlasTexts;
