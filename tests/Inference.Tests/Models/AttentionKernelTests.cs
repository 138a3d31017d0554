using LogitLens.Inference.Models;
using LogitLens.Inference.Runtime;
using TorchSharp;

namespace LogitLens.Inference.Tests.Models;

public sealed class AttentionKernelTests
{
    // Against libtorch's own kernel with an explicit mask; sums of at most 600 products in another order.
    private const float Tolerance = 5e-6f;

    static AttentionKernelTests() => TorchRuntime.Start();

    [Theory]
    [InlineData(1, 5, 1, 1, 16, true, null)]
    [InlineData(3, 33, 2, 2, 32, true, null)]
    [InlineData(2, 100, 6, 2, 72, true, null)]
    [InlineData(2, 97, 4, 1, 20, false, null)]
    [InlineData(1, 257, 3, 3, 128, false, null)]
    [InlineData(2, 590, 8, 2, 64, true, null)]
    [InlineData(2, 200, 4, 2, 64, true, 1)]
    [InlineData(2, 200, 4, 2, 64, true, 37)]
    [InlineData(1, 200, 2, 2, 64, true, 500)]
    public void Run_SequencesSideBySide_EqualsLibtorch(int sequences, int rows, int heads, int keyHeads, int size, bool isCausal, int? window)
    {
        Assert.SkipUnless(AttentionKernel.IsSupported, "This processor has no 512-bit vectors.");
        using var scope = torch.NewDisposeScope();
        var all = Random(sequences * rows, (heads + (2 * keyHeads)) * size);
        var form = new AttentionKernel.Form(heads, keyHeads, size, (int)all.shape[1], isCausal, window);

        var mixed = torch.full([sequences * rows, heads * size], float.NaN);
        AttentionKernel.Run(
            [.. Enumerable.Range(0, sequences).Select(i => AttentionKernel.Work.InPlace(TensorMemory.Address(all), TensorMemory.Address(mixed), i * rows, rows, form))], form);

        for (var i = 0; i < sequences; i++)
        {
            AssertEqual(Reference(all.narrow(0, i * rows, rows), rows, form), mixed.narrow(0, i * rows, rows));
        }
    }

    [Theory]
    [InlineData(61, 12, null)]
    [InlineData(64, 1, null)]
    [InlineData(581, 9, null)]
    [InlineData(61, 12, 20)]
    public void Run_WhatContinuesAPrefix_EqualsTheWholeSequence(int before, int rows, int? window)
    {
        Assert.SkipUnless(AttentionKernel.IsSupported, "This processor has no 512-bit vectors.");
        using var scope = torch.NewDisposeScope();
        var all = Random(before + rows, 8 * 32);
        var form = new AttentionKernel.Form(4, 2, 32, (int)all.shape[1], IsCausal: true, window);

        var mixed = torch.full([before + rows, 4 * 32], float.NaN);
        var (from, to) = (TensorMemory.Address(all), TensorMemory.Address(mixed));
        var prefix = AttentionKernel.Work.InPlace(from, to, 0, before, form);
        AttentionKernel.Run([prefix, AttentionKernel.Work.InPlace(from, to, before, rows, form, prefix.Own)], form);

        AssertEqual(Reference(all, before + rows, form), mixed);
    }

    [Fact]
    public void Run_ScoresFarApart_StaysFinite()
    {
        Assert.SkipUnless(AttentionKernel.IsSupported, "This processor has no 512-bit vectors.");
        using var scope = torch.NewDisposeScope();
        var all = Random(70, 3 * 32).mul_(100);
        var form = new AttentionKernel.Form(1, 1, 32, 96, IsCausal: true, Window: null);

        var mixed = torch.full([70, 32], float.NaN);
        AttentionKernel.Run([AttentionKernel.Work.InPlace(TensorMemory.Address(all), TensorMemory.Address(mixed), 0, 70, form)], form);

        AssertEqual(Reference(all, 70, form).div(100), mixed.div(100));
    }

    private static torch.Tensor Random(int rows, int width)
    {
        torch.manual_seed(15);
        return torch.randn(rows, width);
    }

    private static torch.Tensor Reference(torch.Tensor all, int rows, AttentionKernel.Form form)
    {
        var byHead = all.view(1, rows, form.Heads + (2 * form.KeyHeads), form.Size).transpose(1, 2);
        var group = form.Heads / form.KeyHeads;
        var positions = torch.arange(rows);
        var distance = positions.unsqueeze(1).sub(positions.unsqueeze(0));
        var mask = form.IsCausal ? distance.ge(0).logical_and(distance.lt(form.Window ?? rows)) : torch.ones(rows, rows, dtype: torch.ScalarType.Bool);
        return torch.nn.functional.scaled_dot_product_attention(
            byHead.narrow(1, 0, form.Heads),
            byHead.narrow(1, form.Heads, form.KeyHeads).repeat_interleave(group, 1),
            byHead.narrow(1, form.Heads + form.KeyHeads, form.KeyHeads).repeat_interleave(group, 1),
            mask).transpose(1, 2).reshape(rows, form.Heads * form.Size);
    }

    private static void AssertEqual(torch.Tensor expected, torch.Tensor actual) =>
        Assert.InRange(expected.sub(actual).abs().max().item<float>(), 0, Tolerance);
}
