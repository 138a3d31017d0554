using System.Text;

namespace LogitLens.Storage.Catalogue;

/// <summary>Names as they are searched: whatever the case, and however accents are composed (a Mac's file names come decomposed).</summary>
internal static class NameKeys
{
    public static string Of(string name)
    {
        // Normalising refuses lone surrogates, which a file name from Windows may hold.
        var wellFormed = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(name));
        return wellFormed.Normalize(NormalizationForm.FormKC).ToUpperInvariant();
    }
}
