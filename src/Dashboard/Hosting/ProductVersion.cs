using System.Reflection;

namespace LogitLens.Dashboard.Hosting;

/// <summary>LogitLens' own version.</summary>
internal static class ProductVersion
{
    /// <summary>As <c>0.1.0</c>, or <c>0.1.0+COMMIT</c> where the build knows the commit.</summary>
    public static string Text { get; } =
        typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>Without the commit.</summary>
    public static string Short { get; } = Text.Split('+')[0];
}
