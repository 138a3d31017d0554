namespace LogitLens.Dashboard.Security;

/// <summary>Refuses what a page of another site sends: without a login, whoever can open this server could else be made to change its data.</summary>
/// <remarks>Browsers say where a request comes from (<c>Sec-Fetch-Site</c>, <c>Origin</c>), and pages cannot forge it. Scripts send neither and are let through.</remarks>
internal sealed class SameOriginFilter : IEndpointFilter
{
    /// <inheritdoc/>
    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var request = context.HttpContext.Request;
        return IsForeign(request)
            ? ValueTask.FromResult<object?>(TypedResults.Problem(
                "A page of another site asked for this change, so nothing was done: ask from the dashboard or from a script.", statusCode: StatusCodes.Status403Forbidden, title: "Not from there"))
            : next(context);
    }

    internal static bool IsForeign(HttpRequest request)
    {
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        if (site.Length > 0)
        {
            return site is not ("same-origin" or "none");
        }

        var origin = request.Headers.Origin.ToString();
        return origin.Length > 0 && !string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase);
    }
}
