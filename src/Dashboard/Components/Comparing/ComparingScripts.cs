namespace LogitLens.Dashboard.Components.Comparing;

/// <summary>Names the texts of the browser's modules in <c>wwwroot/js/compare</c>: English in the modules, Russian in <c>ComparingScripts.ru.resx</c>.</summary>
internal sealed class ComparingScripts;
