using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Native;

/// <summary>
/// The switch for CUDA products of float32 numbers in TF32, rounded to 10 bits behind the point. libtorch has one flag
/// for cuBLAS and one for cuDNN, for the whole process, and sets cuDNN's by default. While concurrent users disagree,
/// none gets TF32; when the last one ends, the flags are restored.
/// </summary>
internal static class TensorFloat32
{
    private static readonly Lock Gate = new();
    private static int _allowing;
    private static int _forbidding;
    private static (bool Matrices, bool Convolutions) _before;

    /// <summary>Allows or forbids TF32 until the result is disposed of; does nothing on the CPU.</summary>
    public static IDisposable? Use(Device device, bool isAllowed) =>
        device.type == DeviceType.CUDA ? Use(isAllowed) : null;

    /// <inheritdoc cref="Use(Device, bool)"/>
    internal static IDisposable Use(bool isAllowed)
    {
        lock (Gate)
        {
            if (_allowing + _forbidding == 0)
            {
                _before = (backends.cuda.matmul.allow_tf32, backends.cudnn.allow_tf32);
            }
            Change(isAllowed, 1);
        }
        return new User(isAllowed);
    }

    private static void Change(bool isAllowed, int users)
    {
        _allowing += isAllowed ? users : 0;
        _forbidding += isAllowed ? 0 : users;
        bool isUsed = _allowing > 0 && _forbidding == 0;
        (backends.cuda.matmul.allow_tf32, backends.cudnn.allow_tf32) =
            _allowing + _forbidding == 0 ? _before : (isUsed, isUsed);
    }

    private sealed class User(bool isAllowed) : IDisposable
    {
        private bool _hasEnded;

        public void Dispose()
        {
            lock (Gate)
            {
                if (!_hasEnded)
                {
                    _hasEnded = true;
                    Change(isAllowed, -1);
                }
            }
        }
    }
}
