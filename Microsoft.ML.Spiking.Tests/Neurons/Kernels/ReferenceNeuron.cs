namespace Microsoft.ML.Spiking.Tests.Neurons.Kernels;

/// <summary>
/// The neurons in double precision, one at a time, with all values kept: the equations as in their papers, then
/// backpropagation through time by hand. The oracle of the kernels.
/// </summary>
internal sealed class ReferenceNeuron
{
    private readonly SpikingNeuronDefinition _neuron;
    private readonly double _learned;
    private readonly int _timeSteps;
    private readonly int _n;

    public ReferenceNeuron(SpikingNeuronDefinition neuron, double learned, double[] current, int timeSteps)
    {
        _neuron = neuron;
        _learned = learned;
        _timeSteps = timeSteps;
        _n = current.Length / timeSteps;
        Current = current;
        U = new double[current.Length];
        H = new double[current.Length];
        M = new double[current.Length];
        Spikes = new double[current.Length];
        V = new double[current.Length];
        for (int i = 0; i < _n; i++)
        {
            Forward(i);
        }
    }

    public double[] Current { get; }

    /// <summary>Gets the charged potential, before KLIF's k.</summary>
    public double[] U { get; }

    /// <summary>Gets the potential that fires.</summary>
    public double[] H { get; }

    public double[] M { get; }

    public double[] Spikes { get; }

    /// <summary>Gets the potential after the reset.</summary>
    public double[] V { get; }

    private double Leak => _neuron switch
    {
        PlifNeuron => Sigmoid(_learned),
        LeakyNeuronDefinition leaky => 1 / leaky.MembraneTimeConstant,
        _ => 0,
    };

    private bool Decays => _neuron is LeakyNeuronDefinition { DecayInput: true };

    private double Rest => _neuron.ResetPotential ?? 0;

    private double K => _neuron is KlifNeuron ? _learned : 1;

    private bool ScalesReset => _neuron is KlifNeuron { ScaleReset: true };

    /// <summary>
    /// Returns whether float32 may decide differently for that neuron: a spike, or the side of a kink of the gradient.
    /// </summary>
    public bool IsDoubtful(int i, double margin)
    {
        for (int t = 0; t < _timeSteps; t++)
        {
            double u = H[(t * _n) + i] - _neuron.Threshold;
            if (Math.Abs(u) <= margin
                || (_neuron.Surrogate is RectangleSurrogate { Alpha: double width }
                    && Math.Abs(Math.Abs(u) - (width / 2)) <= margin)
                || (_neuron is KlifNeuron && Math.Abs(K * U[(t * _n) + i]) <= margin))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>
    /// Returns the gradient with respect to the current, with respect to the learned value, and the sum of the
    /// magnitudes of the latter's terms.
    /// </summary>
    public (double[] Current, double Learned, double Magnitude) Backward(double[] upstream)
    {
        double[] gradient = new double[upstream.Length];
        double learned = 0, magnitude = 0;
        for (int i = 0; i < _n; i++)
        {
            double gv = 0, gm = 0;
            for (int t = _timeSteps - 1; t >= 0; t--)
            {
                int at = (t * _n) + i;
                double h = H[at], s = Spikes[at], m = M[at];
                double extra = _neuron is ClifNeuron ? Sigmoid(m) : 0;
                double r = ScalesReset ? 1 / K : 1;
                double bySpike = _neuron.IsSoftReset ? -r * (_neuron.Threshold + extra) : Rest - extra - (r * h);
                double byH = _neuron.IsSoftReset ? r : r * (1 - s);
                double gmt = _neuron is ClifNeuron ? gm - (gv * s * extra * (1 - extra)) : 0;
                double gs = upstream[at] + gmt + (_neuron.DetachReset ? 0 : gv * bySpike);
                double gh = (gv * byH) + (gs * _neuron.Surrogate.Derivative(h - _neuron.Threshold));
                double term = 0;
                if (_neuron is ClifNeuron)
                {
                    double tau = 1 / Leak, q = Sigmoid(h / tau), before = t == 0 ? 0 : M[at - _n];
                    gh += gmt * before * q * (1 - q) / tau;
                    gm = gmt * q;
                }
                if (_neuron is KlifNeuron)
                {
                    double scaled = _neuron.IsSoftReset ? h - (s * _neuron.Threshold) : (1 - s) * h;
                    term = ScalesReset ? -gv * scaled / (K * K) : 0;
                    gh = h > 0 ? gh : 0;
                    term += gh * U[at];
                    gh *= K;
                }
                if (_neuron is PlifNeuron)
                {
                    double v = t == 0 ? Rest : V[at - _n];
                    term = gh * Leak * (1 - Leak) * (Rest - v + (Decays ? Current[at] : 0));
                }
                learned += term;
                magnitude += Math.Abs(term);
                gradient[at] = Decays ? gh * Leak : gh;
                gv = gh * (1 - Leak);
            }
        }
        return (gradient, learned, magnitude);
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private void Forward(int i)
    {
        double v = Rest, m = 0;
        for (int t = 0; t < _timeSteps; t++)
        {
            int at = (t * _n) + i;
            double x = Decays ? Current[at] * Leak : Current[at];
            double h = U[at] = v - ((v - Rest) * Leak) + x;
            if (_neuron is KlifNeuron)
            {
                h = Math.Max(0, K * h);
            }
            double s = h >= _neuron.Threshold ? 1 : 0;
            double extra = 0;
            if (_neuron is ClifNeuron)
            {
                m = (m * Sigmoid(h * Leak)) + s;
                extra = Sigmoid(m);
            }
            double r = ScalesReset ? 1 / K : 1;
            v = _neuron.IsSoftReset
                ? r * (h - (s * (_neuron.Threshold + extra)))
                : (r * (1 - s) * h) + (s * (Rest - extra));
            (H[at], M[at], Spikes[at], V[at]) = (h, m, s, v);
        }
    }
}
