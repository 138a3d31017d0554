using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace LogitLens.Dashboard.Hosting;

/// <summary>Options and logs.</summary>
internal static class HostingExtensions
{
    /// <summary>Binds and checks the options now, so that a wrong one ends the start before anything is opened.</summary>
    /// <exception cref="OptionsValidationException">A setting cannot be used; each failure names its key.</exception>
    public static LogitLensOptions AddLogitLensOptions(this WebApplicationBuilder builder)
    {
        var options = new LogitLensOptions();
        try
        {
            builder.Configuration.GetSection(LogitLensOptions.Section).Bind(options);
        }
        catch (InvalidOperationException exception)
        {
            // The binder's message names the key, the value and the type it cannot be.
            throw new OptionsValidationException(LogitLensOptions.Section, typeof(LogitLensOptions), [$"{exception.Message.TrimEnd('.')}: set that key to a value of that type."]);
        }

        builder.Services.AddLogitLensOptions(options);
        return options;
    }

    /// <summary>Checks options put together by hand, and adds them.</summary>
    /// <exception cref="OptionsValidationException">A setting cannot be used; each failure names its key.</exception>
    public static IServiceCollection AddLogitLensOptions(this IServiceCollection services, LogitLensOptions options)
    {
        var validation = new LogitLensOptionsValidator().Validate(null, options);
        return validation.Failed
            ? throw new OptionsValidationException(LogitLensOptions.Section, typeof(LogitLensOptions), validation.Failures)
            : services.AddSingleton(Options.Create(options));
    }

    /// <summary>One line per event, our own from Information up, the framework's from Warning up; nothing per request.</summary>
    public static ILoggingBuilder AddQuietConsole(this ILoggingBuilder logging)
    {
        logging.ClearProviders();
        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "yyyy-MM-dd HH:mm:ss ";
            console.UseUtcTimestamp = true;
            console.ColorBehavior = LoggerColorBehavior.Disabled;
        });
        logging.AddFilter("Microsoft", LogLevel.Warning);

        // What ends the start is told in a sentence by the command; keys without encryption at rest are what a local file is.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);

        // Storage turns what can happen into sentences.
        logging.AddFilter("Microsoft.EntityFrameworkCore", LogLevel.None);
        return logging;
    }
}
