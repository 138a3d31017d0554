namespace LogitLens.Dashboard.Components.Comparing;

/// <summary>Names the texts of comparisons: English in the code, Russian in <c>ComparingTexts.ru.resx</c>.</summary>
internal sealed class ComparingTexts;
