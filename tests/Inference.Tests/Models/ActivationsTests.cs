using LogitLens.Inference.Models;
using LogitLens.Inference.Runtime;
using TorchSharp;

namespace LogitLens.Inference.Tests.Models;

public sealed class ActivationsTests
{
    static ActivationsTests() => TorchRuntime.Start();

    [Theory]
    [InlineData("silu", 1.0)]
    [InlineData("quick_gelu", 1.702)]
    public void Find_SigmoidKind_EqualsDoublePrecisionFormula(string name, double slope)
    {
        // 10,007 numbers: whole vectors and a rest, several stretches; far out the exponential would overflow.
        using var scope = torch.NewDisposeScope();
        var x = torch.linspace(-120, 120, 10_007, torch.ScalarType.Float32);
        var wide = x.to(torch.ScalarType.Float64);
        var expected = wide.mul(wide.mul(slope).sigmoid());

        Activations.Find(name)(x);

        Assert.InRange(x.to(torch.ScalarType.Float64).sub(expected).abs().div(expected.abs().add(1e-3)).max().item<double>(), 0, 1e-6);
    }

    [Fact]
    public void FindGate_Silu_IsTheActivationTimesTheOther()
    {
        using var scope = torch.NewDisposeScope();
        torch.manual_seed(15);
        var gate = torch.randn(37, 91);
        var up = torch.randn(37, 91);
        var expected = torch.nn.functional.silu(gate).mul(up);

        Activations.FindGate("silu")(gate, up);

        Assert.InRange(gate.sub(expected).abs().max().item<float>(), 0, 1e-6f);
    }
}
