namespace LogitLens.Dashboard.Components.Importing;

/// <summary>Names the texts of imports: English in the code, Russian in <c>ImportTexts.ru.resx</c>.</summary>
internal sealed class ImportTexts;
