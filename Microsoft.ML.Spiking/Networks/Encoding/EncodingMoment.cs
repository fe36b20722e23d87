namespace Microsoft.ML.Spiking.Networks.Encoding;

/// <summary>The step and the row that an encoder works on.</summary>
/// <param name="Step">From 0.</param>
/// <param name="TimeSteps">T.</param>
/// <param name="RowKey">The result of the encoder's KeyOf for the row.</param>
/// <param name="Seed">In training the user's seed; null at scoring, where the encoder's own counts.</param>
/// <param name="Epoch">In training from 1, so that every epoch draws anew; 0 at scoring.</param>
internal readonly record struct EncodingMoment(int Step, int TimeSteps, long RowKey, int? Seed = null, int Epoch = 0);
