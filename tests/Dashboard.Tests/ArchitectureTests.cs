using System.Reflection;
using LogitLens.Inference;
using LogitLens.Storage;
using NetArchTest.Rules;

namespace LogitLens.Dashboard.Tests;

/// <summary>References point one way: Dashboard → Storage, Dashboard → Inference.</summary>
public sealed class ArchitectureTests
{
    private static readonly Assembly Inference = typeof(LensEngine).Assembly;
    private static readonly Assembly Storage = typeof(Database).Assembly;
    private static readonly Assembly Dashboard = typeof(DashboardHost).Assembly;

    [Theory]
    [InlineData("LogitLens.Storage")]
    [InlineData("LogitLens.Dashboard")]
    [InlineData("Microsoft.EntityFrameworkCore")]
    [InlineData("Microsoft.AspNetCore")]
    [InlineData("Microsoft.Data.Sqlite")]
    public void Inference_KnowsNothingOf(string other) => RequireIndependence(Inference, other);

    [Theory]
    [InlineData("LogitLens.Inference")]
    [InlineData("LogitLens.Dashboard")]
    [InlineData("TorchSharp")]
    [InlineData("SkiaSharp")]
    [InlineData("Microsoft.AspNetCore")]
    public void Storage_KnowsNothingOf(string other) => RequireIndependence(Storage, other);

    [Fact]
    public void Dashboard_KnowsBoth()
    {
        var known = Dashboard.GetReferencedAssemblies().Select(name => name.Name).ToList();

        Assert.Contains("LogitLens.Inference", known);
        Assert.Contains("LogitLens.Storage", known);
    }

    [Fact]
    public void Pages_DoNotTouchTheDatabaseOrTensors()
    {
        var result = Types.InAssembly(Dashboard)
            .That().ResideInNamespaceStartingWith("LogitLens.Dashboard.Components")
            .ShouldNot().HaveDependencyOnAny("Microsoft.EntityFrameworkCore", "Microsoft.Data.Sqlite", "TorchSharp")
            .GetResult();

        Assert.True(result.IsSuccessful, string.Join(", ", result.FailingTypeNames ?? []));
    }

    private static void RequireIndependence(Assembly assembly, string other)
    {
        Assert.DoesNotContain(assembly.GetReferencedAssemblies(), name => name.Name == other || name.Name!.StartsWith(other + ".", StringComparison.Ordinal));
        var result = Types.InAssembly(assembly).ShouldNot().HaveDependencyOn(other).GetResult();
        Assert.True(result.IsSuccessful, string.Join(", ", result.FailingTypeNames ?? []));
    }
}
