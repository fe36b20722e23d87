namespace Microsoft.ML.Spiking.Training.Cuda;

/// <summary>
/// The launches of one layer of neurons in one direction, the program's. Addresses are on the device; arrays are [T, n]
/// or, where the current is constant, [n]; pooled spikes and their gradient are [T, n / 4].
/// </summary>
/// <param name="kernels">The device's kernels.</param>
/// <param name="program">The neuron's program.</param>
/// <param name="constants">The neuron's constants.</param>
/// <param name="n">Number of neurons; a multiple of the program's width.</param>
/// <param name="channels">The batch normalization of the current, where the program has one.</param>
/// <param name="windows">The windows of the program's pooling, where it has one.</param>
internal readonly unsafe struct NeuronLaunch(CudaKernels kernels, NeuronProgram program, DeviceConstants constants,
    long n, DeviceChannels channels = default, DeviceWindows windows = default)
{
    /// <summary>
    /// Gets the bytes of working memory of <see cref="Backward"/> for a learned value; a multiple of 8.
    /// </summary>
    public long ScratchBytes => (Blocks + 1) * sizeof(double);

    private long Threads => n / program.Width;

    // Each of them leaves a part of the learned value's gradient.
    private long Blocks => (Threads + NeuronProgram.BlockSize - 1) / NeuronProgram.BlockSize;

    /// <summary>
    /// Computes the constants that depend on the learned value, for both directions; the forward program's.
    /// </summary>
    /// <param name="learned">One float32.</param>
    /// <param name="derived">Takes <see cref="DeviceConstants.Size"/> bytes.</param>
    public void Derive(nint learned, nint derived)
    {
        DeviceConstants own = constants;
        void** arguments = stackalloc void*[] { &learned, &own, &derived };
        kernels.Launch(program, "neuron_constants", 1, arguments);
    }

    /// <summary>Runs the neurons forward from their resting state.</summary>
    /// <param name="current">The arriving current.</param>
    /// <param name="spikes">Takes 0 and 1, or the means of windows.</param>
    /// <param name="count">The number of spikes is added to it, 64 bits; 0 for none.</param>
    /// <param name="derived">What <see cref="Derive"/> has left, for a learned value; else 0.</param>
    /// <param name="halves">Takes the spikes in float16, where the program has them; else 0.</param>
    public void Forward(nint current, nint spikes, nint count, nint derived, nint halves = 0)
    {
        DeviceConstants own = constants;
        DeviceChannels norm = channels;
        DeviceWindows pool = windows;
        long neurons = n;
        void** arguments = stackalloc void*[]
            { &current, &spikes, &halves, &count, &neurons, &own, &derived, &norm, &pool };
        kernels.Launch(program, "neuron_forward", Threads, arguments);
    }

    /// <summary>Propagates the gradient of the spikes back to the current, and to the learned value.</summary>
    /// <param name="current">The current that arrived.</param>
    /// <param name="upstream">The gradient by the spikes.</param>
    /// <param name="gradient">Takes the gradient by the current, or by the normalized one.</param>
    /// <param name="derived">What <see cref="Derive"/> has left, for a learned value; else 0.</param>
    /// <param name="scratch">Working memory of <see cref="ScratchBytes"/>, for a learned value; else 0.</param>
    /// <param name="learnedGradient">
    /// Takes the gradient by the learned value, one float32; 0 where there is none.
    /// </param>
    public void Backward(
        nint current, nint upstream, nint gradient, nint derived, nint scratch, nint learnedGradient)
    {
        DeviceConstants own = constants;
        DeviceChannels norm = channels;
        DeviceWindows pool = windows;
        long neurons = n;
        void** arguments = stackalloc void*[]
            { &current, &upstream, &gradient, &scratch, &neurons, &own, &derived, &norm, &pool };
        kernels.Launch(program, "neuron_backward", Threads, arguments);
        if (program.IsLearned)
        {
            long count = Blocks;
            nint total = scratch + (nint)(count * sizeof(double));
            void** last = stackalloc void*[] { &scratch, &count, &total, &learnedGradient, &derived };
            kernels.Launch(program, "neuron_sum", NeuronProgram.BlockSize, last);
        }
    }
}
