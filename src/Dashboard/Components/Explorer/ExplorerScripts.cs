namespace LogitLens.Dashboard.Components.Explorer;

/// <summary>Names the texts of the browser's modules in <c>wwwroot/js/explorer</c>: English in the modules, Russian in <c>ExplorerScripts.ru.resx</c>.</summary>
internal sealed class ExplorerScripts;
