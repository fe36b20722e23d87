using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Autograd;

/// <summary>
/// <see cref="FeedbackLayer"/>, which has the equations, for one batch: rates forward, of which no step is kept, and
/// implicit differentiation back.
/// </summary>
/// <param name="layer">The layer.</param>
/// <param name="timeSteps">T.</param>
/// <param name="stalled">Takes the layer's name where the solver has not converged; null to take nothing.</param>
internal sealed class FeedbackOperation(FeedbackLayer layer, int timeSteps, Action<string>? stalled) : CustomOperation
{
    // In float32 an error of 1e-7 is reached in about 30 steps where the norm of J is 0.8.
    internal const int Iterations = 30, DoubleIterations = 120, MostSettling = 400;

    // Of the change of beta in the last step over the gradient that arrives.
    private const double MostChange = 0.01;

    /// <summary>Returns the rates, [N, neurons].</summary>
    /// <param name="input">[N, neurons].</param>
    /// <param name="weight">[neurons, neurons].</param>
    public Tensor Run(Tensor input, Tensor weight)
    {
        if (is_grad_enabled())
        {
            return Record(input, weight);
        }
        using DisposeScope scope = NewDisposeScope();
        return Rates(input, weight).MoveToOuterDisposeScope();
    }

    internal override Tensor Forward(IReadOnlyList<Tensor> inputs, ICollection<Tensor> saved)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor x, Tensor weight) = (inputs[0], inputs[1]);
        Tensor rates = Rates(x, weight);
        Tensor drive = x.Plus(nn.functional.linear(rates, weight)).Over(layer.Threshold);
        Tensor passes = (drive.gt(zeros_like(drive)) & drive.lt(ones_like(drive))).to_type(x.dtype);
        saved.Add(rates.clone().MoveToOuterDisposeScope());
        saved.Add(passes.MoveToOuterDisposeScope());
        saved.Add(weight);
        return rates.MoveToOuterDisposeScope();
    }

    internal override IEnumerable<Tensor?> Backward(IReadOnlyList<Tensor> saved, Tensor upstream)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor rates, Tensor passes, Tensor weight) = (saved[0], saved[1], saved[2].detach());
        Tensor beta = Solve(upstream, passes, weight);
        Tensor input = (beta * passes).Over(layer.Threshold);
        Tensor byWeight = input.t().mm(rates);
        return [input.MoveToOuterDisposeScope(), byWeight.MoveToOuterDisposeScope()];
    }

    private Tensor Solve(Tensor gradient, Tensor passes, Tensor weight)
    {
        Tensor beta = gradient.clone();
        int iterations = gradient.dtype == ScalarType.Float64 ? DoubleIterations : Iterations;
        for (int i = 0; i < iterations; i++)
        {
            using DisposeScope step = NewDisposeScope();
            Tensor through = (beta * passes).mm(weight).Over(layer.Threshold);
            Tensor next = beta.Plus(through).Plus(gradient).Times(0.5);
            if (i == iterations - 1 && stalled is not null)
            {
                Tensor change = (next - beta).abs().max(), size = gradient.abs().max();
                if (!(DeviceWait.Item<double>((change / size).to_type(ScalarType.Float64)) <= MostChange)
                    && DeviceWait.Item<double>(size.to_type(ScalarType.Float64)) > 0)
                {
                    stalled(layer.Name);
                }
            }
            beta.Dispose();
            beta = next.MoveToOuterDisposeScope();
        }
        return beta;
    }

    private Tensor Rates(Tensor x, Tensor weight)
    {
        using IDisposable noGradient = no_grad();
        return layer.IsAtEquilibrium ? Settled(x, weight) : Walked(x, weight);
    }

    private Tensor Settled(Tensor x, Tensor weight)
    {
        Tensor a = zeros_like(x);
        for (int i = 0; i < MostSettling; i++)
        {
            using DisposeScope step = NewDisposeScope();
            Tensor drive = x.Plus(nn.functional.linear(a, weight)).Over(layer.Threshold);
            Tensor next = a.Plus(nn.functional.relu(drive).LimitTo(1)).Times(0.5);
            bool isDone = i % 10 == 9
                && DeviceWait.Item<double>((next - a).abs().max().to_type(ScalarType.Float64)) < Precision(x.dtype);
            a.Dispose();
            a = next.MoveToOuterDisposeScope();
            if (isDone)
            {
                break;
            }
        }
        return a;
    }

    private static double Precision(ScalarType type) => type == ScalarType.Float64 ? 1e-15 : 1e-7;

    private Tensor Walked(Tensor x, Tensor weight)
    {
        Tensor? u = null, s = null, sum = null;
        double share = 0;
        for (int t = 0; t < timeSteps; t++)
        {
            using DisposeScope step = NewDisposeScope();
            Tensor current = s is null ? x : x.Plus(nn.functional.linear(s, weight));
            Tensor charged = u is null ? current.alias() : u.Times(layer.Leak).Plus(current);
            Tensor spikes = charged.IsAtLeast(layer.Threshold).to_type(x.dtype);
            Tensor left = charged - spikes.Times(layer.Threshold);
            Tensor total = sum is null ? spikes.clone() : sum.Times(layer.Leak).Plus(spikes);
            share = (share * layer.Leak) + 1;
            u?.Dispose();
            s?.Dispose();
            sum?.Dispose();
            (u, s, sum) = (left.MoveToOuterDisposeScope(), spikes.MoveToOuterDisposeScope(),
                total.MoveToOuterDisposeScope());
        }
        return sum!.Over(share);
    }
}
