namespace LogitLens.Dashboard.Components.Exports;

/// <summary>Names the texts of exports: English in the code, Russian in <c>ExportTexts.ru.resx</c>.</summary>
internal sealed class ExportTexts;
