using Microsoft.ML.Spiking.Sweeps.Running;

namespace Microsoft.ML.Spiking.Sweeps.Tests.Running;

[TestClass]
public sealed class TrialWarningsTests
{
    [TestMethod]
    public void Add_SameWarningOfManyTrials_IsLoggedOnceAndCounted()
    {
        List<string> logged = [];
        var warnings = new TrialWarnings(logged.Add);

        warnings.Add(3, "Layer 'neuron1' is silent: 0.00312 spikes in epoch 3.");
        warnings.Add(3, "Layer 'neuron2' is silent: 0 spikes in epoch 9.");
        warnings.Add(5, "Layer 'neuron2' is silent: 1E-05 spikes in epoch 1.");
        warnings.Add(6, "The batch size of 64 is larger than the 30 training rows.");
        warnings.Finish();

        Assert.AreSequenceEqual(
            [
                "Trial 3: Layer 'neuron1' is silent: 0.00312 spikes in epoch 3. Other trials with this warning are " +
                    "counted at the end.",
                "Trial 6: The batch size of 64 is larger than the 30 training rows. Other trials with this warning " +
                    "are counted at the end.",
                "2 trials had a warning of this kind: Layer ... is silent: ... spikes in epoch ....",
            ], logged);
    }
}
