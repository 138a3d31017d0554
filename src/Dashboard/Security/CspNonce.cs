using System.Security.Cryptography;

namespace LogitLens.Dashboard.Security;

/// <summary>The one-time word that lets a page's own inline script (Blazor's import map) pass the content security policy. Registered scoped: one per request.</summary>
public sealed class CspNonce
{
    /// <summary>128 random bits in base64.</summary>
    public string Value { get; } = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
}
