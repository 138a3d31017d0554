using Microsoft.Extensions.Localization;
using MudBlazor;

namespace LogitLens.Dashboard.Languages;

/// <summary>MudBlazor's own few words (the closing of a dialog, the arrows of a number field) in the interface's language; what is missing stays MudBlazor's English.</summary>
internal sealed class MudTexts(IStringLocalizer<MudTexts> texts) : MudLocalizer
{
    /// <inheritdoc/>
    public override LocalizedString this[string key] => texts[key];

    /// <inheritdoc/>
    public override LocalizedString this[string key, params object[] arguments] => texts[key, arguments];
}
