using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Networks.Plans;


namespace Microsoft.ML.Spiking.Networks;

/// <summary>A <see cref="DropoutLayer"/>; nothing where the rate is 0.</summary>
public sealed record DropoutPlan : LayerPlan
{
    /// <summary>Creates the plan.</summary>
    /// <param name="rate">The part that is dropped, from 0 up to, but not including, 1; null for that of the options.</param>
    public DropoutPlan(double? rate = null) => Rate = rate;

    /// <summary>The part that is dropped; null for that of the options.</summary>
    public double? Rate { get; }

    internal override Layer? Bind(Signal input, LayerComposer composer)
    {
        double rate = Rate ?? composer.Binding.Dropout;
        return rate == 0 ? null : new DropoutLayer(composer.Name("dropout"), rate);
    }
}
