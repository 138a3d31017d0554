using System.Runtime.Intrinsics.X86;
using TorchSharp;

namespace LogitLens.Inference.Models;

/// <summary>x·Wᵀ + b by the faster of the two libraries inside libtorch.</summary>
/// <remarks>
/// A multiplication goes to MKL, a convolution to oneDNN, and a convolution with a 1 × 1 kernel over channels that lie last is the same multiplication of
/// the same fp32 numbers. On processors with AVX-512 that are not Intel's, MKL keeps to AVX2, and oneDNN is twice as fast (docs/performance.md).
/// </remarks>
internal static class MatrixProduct
{
    /// <summary>Fewer rows are not worth the convolution's rearrangement of the weight.</summary>
    internal const int FewRows = 96;

    private static readonly bool HasFasterConvolution = Avx512F.IsSupported && !IsIntel();

    /// <summary>rows × in → rows × out, a new contiguous tensor.</summary>
    /// <param name="x">rows × in, contiguous.</param>
    /// <param name="weight">out × in, contiguous, as stored.</param>
    /// <param name="bias">out, or null.</param>
    internal static torch.Tensor Multiply(torch.Tensor x, torch.Tensor weight, torch.Tensor? bias) =>
        HasFasterConvolution && x.shape[0] >= FewRows && x.device_type == DeviceType.CPU
            ? Convolve(x, weight, bias)
            : torch.nn.functional.linear(x, weight, bias);

    /// <summary>The same by convolution, whatever the processor.</summary>
    internal static torch.Tensor Convolve(torch.Tensor x, torch.Tensor weight, torch.Tensor? bias)
    {
        using var scope = torch.NewDisposeScope();

        // Rows become the picture's width, columns its channels: 1 × in × 1 × rows, channels last.
        var picture = x.view(1, 1, x.shape[0], x.shape[1]).permute(0, 3, 1, 2);
        var kernel = weight.view(weight.shape[0], weight.shape[1], 1, 1);
        var result = torch.nn.functional.conv2d(picture, kernel, bias);
        return result.permute(0, 2, 3, 1).reshape(x.shape[0], weight.shape[0]).MoveToOuterDisposeScope();
    }

    private static bool IsIntel()
    {
        var (_, b, c, d) = X86Base.CpuId(0, 0);

        // "GenuineIntel", four letters a register.
        return (b, d, c) == (0x756e6547, 0x49656e69, 0x6c65746e);
    }
}
