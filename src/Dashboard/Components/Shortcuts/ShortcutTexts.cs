namespace LogitLens.Dashboard.Components.Shortcuts;

/// <summary>Names the texts of the list of keys: English in the code, Russian in <c>ShortcutTexts.ru.resx</c>.</summary>
internal sealed class ShortcutTexts;
