namespace LogitLens.Dashboard.Security;

/// <summary>Headers that keep a page to what LogitLens itself ships.</summary>
internal static class SecurityHeaders
{
    /// <summary>Adds the nonce for the one inline script there is, Blazor's import map.</summary>
    /// <remarks>App.razor uses it: <c>&lt;ImportMap AdditionalAttributes="…nonce…" /&gt;</c> with <see cref="CspNonce.Value"/>, injected.</remarks>
    public static IServiceCollection AddSecurityHeaders(this IServiceCollection services) => services.AddScoped<CspNonce>();

    /// <summary>Sends the headers with every response.</summary>
    public static IApplicationBuilder UseSecurityHeaders(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        var headers = context.Response.Headers;
        var nonce = context.RequestServices.GetRequiredService<CspNonce>().Value;

        // Inline styles are MudBlazor's; inline scripts are nobody's but the import map's.
        headers.ContentSecurityPolicy =
            $"default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
            + "connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
        return next(context);
    });
}
