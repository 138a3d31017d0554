using System.Diagnostics;
using LogitLens.Inference.Checkpoints;
using LogitLens.Inference.Models;
using LogitLens.Inference.Runtime;
using Microsoft.Win32.SafeHandles;
using TorchSharp;

namespace LogitLens.Benchmarks.Engine;

/// <summary>What the machine can do, measured on the spot.</summary>
internal static class Rates
{
    private const int Rounds = 5;

    /// <summary>FLOP/s of a product of this shape by libtorch's matrix multiplication and by its convolution, the best of several rounds each.</summary>
    /// <remarks>Attention's small products come in numbers, so they are also multiplied several in one call, which libtorch may do better than one by one.</remarks>
    internal static (double Multiplication, double Convolution) Gemm(Gemm gemm, int pictures)
    {
        using var noGradients = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        var left = torch.randn(gemm.M, gemm.K);
        var right = torch.randn(gemm.N, gemm.K);
        var single = 2.0 * gemm.M * gemm.K * gemm.N;
        var multiplication = single / Best(() => torch.nn.functional.linear(left, right), single);
        if (gemm.IsOfAttention)
        {
            var heads = 8 * pictures;
            var (many, others) = (torch.randn(heads, gemm.M, gemm.K), torch.randn(heads, gemm.K, gemm.N));
            multiplication = Math.Max(multiplication, heads * single / Best(() => torch.bmm(many, others), heads * single));
        }

        return (multiplication, single / Best(() => MatrixProduct.Convolve(left, right, bias: null), single));
    }

    /// <summary>Bytes of stored blocks read and converted per second, nothing else being done.</summary>
    internal static double ReadAndConvert(Checkpoint checkpoint)
    {
        using var weights = new WeightLoader(checkpoint.Weights, torch.CPU, CancellationToken.None);
        var text = checkpoint.Config.Text;
        var blocks = BlockSource<DecoderBlock>.Load(weights, Residency.Streamed, text.Layers, Decoder.NameOf, (loader, name) => DecoderBlock.Load(loader, name, text));
        Pass(0, Math.Min(2, text.Layers));
        var before = weights.BytesStreamed;
        var watch = Stopwatch.StartNew();
        Pass(Math.Min(2, text.Layers), text.Layers);
        return (weights.BytesStreamed - before) / watch.Elapsed.TotalSeconds;

        void Pass(int first, int end)
        {
            for (var i = first; i < end; i++)
            {
                blocks.Use(i, i + 1 < text.Layers ? i + 1 : null, isForFewRows: false, _ => { }, CancellationToken.None);
            }
        }
    }

    /// <summary>Bytes per second from the file into one buffer: the disk's rate, or the page cache's where the file is in it.</summary>
    internal static double Read(string path)
    {
        using SafeFileHandle file = File.OpenHandle(path);
        var buffer = new byte[4 << 20];
        var length = Math.Min(RandomAccess.GetLength(file), 4L << 30);
        var watch = Stopwatch.StartNew();
        for (long offset = 0; offset < length;)
        {
            offset += RandomAccess.Read(file, buffer, offset);
        }

        return length / watch.Elapsed.TotalSeconds;
    }

    /// <summary>Bytes per second that all threads read from memory.</summary>
    internal static double MemoryBandwidth()
    {
        using var scope = torch.NewDisposeScope();
        var tensor = torch.ones(64L << 20);
        return (256L << 20) / Best(() => tensor.sum(), 1e9);
    }

    private static double Best(Func<torch.Tensor> compute, double flops)
    {
        var best = double.MaxValue;
        var repeats = Math.Clamp((int)(4e9 / flops), 1, 200);
        for (var round = 0; round < Rounds; round++)
        {
            var watch = Stopwatch.StartNew();
            for (var i = 0; i < repeats; i++)
            {
                using var product = compute();
            }

            best = Math.Min(best, watch.Elapsed.TotalSeconds / repeats);
        }

        return best;
    }
}
