namespace Microsoft.ML.Spiking.Networks.Encoding;

/// <summary>For which step of which row an encoder works.</summary>
/// <param name="Step">From 0.</param>
/// <param name="TimeSteps">T.</param>
/// <param name="RowKey">What the encoder's KeyOf said of the row.</param>
/// <param name="Seed">In training the user's seed; null at scoring, where the encoder's own counts.</param>
/// <param name="Epoch">In training from 1, so that every epoch draws anew; 0 at scoring.</param>
internal readonly record struct EncodingMoment(int Step, int TimeSteps, long RowKey, int? Seed = null, int Epoch = 0);
