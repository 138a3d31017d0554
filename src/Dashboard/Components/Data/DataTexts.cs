namespace LogitLens.Dashboard.Components.Data;

/// <summary>Names the texts of the care for the data: English in the code, Russian in <c>DataTexts.ru.resx</c>.</summary>
internal sealed class DataTexts;
