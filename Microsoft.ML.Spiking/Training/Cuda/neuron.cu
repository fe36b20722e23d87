// All neurons, forward and backward over all time steps, one thread for WIDTH neighbouring neurons, state in registers.
// The equations are those of the kernels for processors (Neurons/Kernels, where the papers are cited), in the same
// order of operations. Arrays are [T, n]: n neurons at T steps, in any order that is the same in all arrays.
//
// Compiled by NVRTC for a card; in tests by g++, behind a header that defines SPIKING_HOST, and by clang to PTX.
//   TIME_STEPS        T, at most 64
//   WIDTH             1, 2 or 4; divides n, and arrays begin at multiples of WIDTH values
//   NEURON            0 CLIF, 1 LIF and IF, 2 PLIF, 3 KLIF
//   HARD_RESET        0 or 1
//   SURROGATE         0 rectangle, 1 triangle, 2 sigmoid, 3 atan
//   CONSTANT_CURRENT  1: the current and its gradient are [n], the same at every step
//   BF16_CURRENT      1: the current and its gradient are bfloat16, else float32
//   BF16_SPIKES       1: the spikes and their gradient are bfloat16, else float32
//   NORMALIZED        0; or the current is normalized as it is read, and the gradient is that by the normalized one:
//                     1 channels one after the other, WIDTH neighbours are of one channel; 2 channels innermost
//   POOLED            1: a thread has the four neurons of a window of 2x2, all of one channel; WIDTH is 4. The spikes
//                     are their means, and the gradient is by these: one value for each window
// All arithmetic is in float32. Without contraction of products and sums (--fmad=false) the backward pass, which
// repeats the forward pass from the current, repeats its bits.
#define IS_LEARNED (NEURON >= 2)

union DoubleBits { double value; long_word bits; };

#if BF16_CURRENT
typedef half_word Current;
#else
typedef float Current;
#endif
#if BF16_SPIKES
typedef half_word Spikes;
#else
typedef float Spikes;
#endif

// NeuronConstants of the library; the host's structure has the same layout.
struct Constants {
  double learned_factor;
  float gamma, leak, gain, threshold, reset, reach, a, b, inverse_tau, tau_factor, k, rescale, scale_weight, h_weight,
    offset, unused;
};

// What norm.cu leaves for each channel: scale x + shift.
struct Channels {
  const float *scale, *shift; // [T, channels], or [channels] for all steps
  long long step;             // from one step to the next: channels, or 0
  word count;                 // channels
  word inner;                 // neighbours of a channel
};

// Where windows of 2x2 lie, which share out images of even height and width. The order of windows is that of their
// neurons: channels first or innermost.
struct Windows {
  word columns; // windows of a row
  word pixel;   // from a value to that of its right neighbour: 1, or channels
};

// The place of a thread's first neuron. There are fewer neurons than 32 bits count where there are windows.
DEVICE long long first_of(long long thread, const Windows& windows) {
#if POOLED
  const word window = (word)thread, inner = window % windows.pixel, place = window / windows.pixel;
  const word at = place / windows.columns * 4 * windows.columns + place % windows.columns * 2;
  return (long long)at * windows.pixel + inner;
#else
  return thread * WIDTH;
#endif
}

DEVICE Floats read(const Current* p, const Windows& windows) {
#if POOLED
  const word below = 2 * windows.columns * windows.pixel;
  Floats x;
  x.v[0] = value_of(p);
  x.v[1] = value_of(p + windows.pixel);
  x.v[2] = value_of(p + below);
  x.v[3] = value_of(p + below + windows.pixel);
  return x;
#else
  return load(p);
#endif
}

DEVICE void write(Current* p, const Floats& x, const Windows& windows) {
#if POOLED
  const word below = 2 * windows.columns * windows.pixel;
  store_value(p, x.v[0]);
  store_value(p + windows.pixel, x.v[1]);
  store_value(p + below, x.v[2]);
  store_value(p + below + windows.pixel, x.v[3]);
#else
  store(p, x);
#endif
}

// The current of WIDTH neurons at a step.
DEVICE Floats arriving(const Current* p, const Channels& norm, const Windows& windows, word channel, int t) {
  Floats x = read(p, windows);
#if NORMALIZED
  const float *scale = norm.scale + t * norm.step + channel, *shift = norm.shift + t * norm.step + channel;
#if NORMALIZED == 2 && !POOLED
  const Floats a = load(scale), b = load(shift);
  for (int i = 0; i < WIDTH; i++) x.v[i] = multiply_add(a.v[i], x.v[i], b.v[i]);
#else
  const float a = value_of(scale), b = value_of(shift);
  for (int i = 0; i < WIDTH; i++) x.v[i] = multiply_add(a, x.v[i], b);
#endif
#endif
  return x;
}

// The channel of the first of WIDTH neurons. There are fewer neurons than 32 bits count.
DEVICE word channel_at(long long at, const Channels& norm) {
#if NORMALIZED == 2
  return (word)at % norm.count;
#elif NORMALIZED
  return (word)at / norm.inner % norm.count;
#else
  return 0;
#endif
}

#if IS_LEARNED
// e^x; Taylor's series of degree 13 on |x| <= ln(2) / 2, to the last bit or the one before.
DEVICE double exponential(double x) {
  x = x > 700. ? 700. : x < -700. ? -700. : x;
  double shifted = x * 1.4426950408889634 + (x < 0. ? -.5 : .5);
  long long power = (long long)shifted;
  double r = (x - power * 0.693147180369123816490) - power * 1.90821492927058770002e-10;
  double sum = 1.;
  for (int i = 13; i > 0; i--) sum = 1. + sum * r / i;
  DoubleBits scale;
  scale.bits = (long_word)(power + 1023) << 52;
  return sum * scale.value;
}

// One thread: the constants that depend on the learned value, which stays on the device.
KERNEL void neuron_constants(const float* learned, Constants fixed, Constants* result) {
  if (BLOCK != 0 || THREAD != 0) return;
  Constants c = fixed;
  double value = *learned;
#if NEURON == 2
  double leak = 1. / (1. + exponential(-value));
  bool decays = c.h_weight != 0.f;
  c.gamma = (float)(1. - leak);
  c.leak = (float)(leak * c.reset);
  c.gain = decays ? (float)leak : 1.f;
  c.learned_factor = decays ? 1. - leak : leak * (1. - leak);
#else
  c.k = *learned;
  c.rescale = c.scale_weight != 0.f ? (float)(1. / value) : 1.f;
  c.learned_factor = value == 0. ? 0. : 1. / value;
#endif
  *result = c;
}
#endif

// factor = -log2(e) / tau: sigmoid(x / tau)
DEVICE float sigmoid(float x, float factor) { return reciprocal(1.f + power_of_two(factor * x)); }

#define MINUS_LOG2_E -1.44269504f

DEVICE float surrogate(float u, const Constants& c) {
  float distance = u < 0.f ? -u : u;
#if SURROGATE == 0
  return distance <= c.a ? c.b : 0.f;
#elif SURROGATE == 1
  float height = multiply_add(-c.b, distance, c.a);
  return height > 0.f ? height : 0.f;
#elif SURROGATE == 2
  float s = sigmoid(-distance, c.a * MINUS_LOG2_E);
  return c.a * s * (1.f - s);
#else
  return c.a * reciprocal(multiply_add(c.b * u, u, 1.f));
#endif
}

// The potential before the reset, from the potential after the last one and the current.
DEVICE float charge(float v, float x, const Constants& c) {
  float u = multiply_add(c.gain, x, multiply_add(c.gamma, v, c.leak));
#if NEURON == 3
  float h = c.k * u;
  return h > 0.f ? h : 0.f;
#else
  return u;
#endif
}

// The potential after a reset, subtracted (soft) or set (hard). KLIF may scale it. m: sigmoid of CLIF's m.
DEVICE float reset_level(float m, const Constants& c) {
#if HARD_RESET
  return c.reset - m;
#else
  return c.rescale * c.threshold + m;
#endif
}

DEVICE float after_reset(float h, bool fires, float level, const Constants& c) {
  float scaled = c.rescale * h;
#if HARD_RESET
  return fires ? level : scaled;
#else
  return fires ? scaled - level : scaled;
#endif
}

// count (null for none) takes the number of spikes on top of what it holds.
KERNEL void neuron_forward(const Current* current, Spikes* spikes, long_word* count, long long n, Constants fixed,
  const Constants* derived, Channels norm, Windows windows) {
  const long long thread = (long long)BLOCK * BLOCK_SIZE + THREAD;
  word fired = 0;
  if (thread * WIDTH < n) {
    const long long at = first_of(thread, windows);
#if IS_LEARNED
    const Constants c = *derived;
#else
    const Constants c = fixed;
#endif
    float v[WIDTH], m[WIDTH];
    for (int i = 0; i < WIDTH; i++) {
      v[i] = c.reset;
      m[i] = 0.f;
    }
    const Current* from = current + at;
    Spikes* to = spikes + (POOLED ? thread : at);
    const word channel = channel_at(at, norm);
#if CONSTANT_CURRENT
    const Floats x = arriving(from, norm, windows, channel, 0);
#endif
#pragma unroll
    for (int t = 0; t < TIME_STEPS; t++) {
#if !CONSTANT_CURRENT
      const Floats x = arriving(from, norm, windows, channel, t);
      from += n;
#endif
      Floats s;
#pragma unroll
      for (int i = 0; i < WIDTH; i++) {
        float h = charge(v[i], x.v[i], c), squashed = 0.f;
        bool fires = h >= c.threshold;
        s.v[i] = fires ? 1.f : 0.f;
        fired += fires ? 1 : 0;
#if NEURON == 0
        m[i] = multiply_add(m[i], sigmoid(h, c.tau_factor), s.v[i]);
        squashed = sigmoid(m[i], MINUS_LOG2_E);
#endif
        v[i] = after_reset(h, fires, reset_level(squashed, c), c);
      }
#if POOLED
      store_value(to, (s.v[0] + s.v[1] + s.v[2] + s.v[3]) * .25f);
      to += n / WIDTH;
#else
      store(to, s);
      to += n;
#endif
    }
  }
  if (count) add_count(fired, count);
}

// At more values there would be too few registers for all that follows from h and m, which is then computed again.
#if TIME_STEPS * WIDTH <= (POOLED ? 16 : 24)
#define AGAIN(x) x
#else
#define AGAIN(x) forgotten(x)
#endif

// sums takes each thread's part of the learned value's gradient, where there is one.
KERNEL void neuron_backward(const Current* current, const Spikes* upstream, Current* gradient, float* sums, long long n,
  Constants fixed, const Constants* derived, Channels norm, Windows windows) {
  const long long thread = (long long)BLOCK * BLOCK_SIZE + THREAD;
  if (thread * WIDTH >= n) return;
  const long long at = first_of(thread, windows);
#if IS_LEARNED
  const Constants c = *derived;
#else
  const Constants c = fixed;
#endif
  float h[TIME_STEPS][WIDTH], v[WIDTH];
#if NEURON == 0
  float m[TIME_STEPS][WIDTH];
#endif
  for (int i = 0; i < WIDTH; i++) v[i] = c.reset;
  const Current* from = current + at;
  const word channel = channel_at(at, norm);
#if CONSTANT_CURRENT
  const Floats x = arriving(from, norm, windows, channel, 0);
#endif
#pragma unroll
  for (int t = 0; t < TIME_STEPS; t++) {
#if !CONSTANT_CURRENT
    const Floats x = arriving(from, norm, windows, channel, t);
    from += n;
#endif
#pragma unroll
    for (int i = 0; i < WIDTH; i++) {
      float potential = charge(v[i], x.v[i], c), squashed = 0.f;
      bool fires = potential >= c.threshold;
      h[t][i] = potential;
#if NEURON == 0
      float leak = sigmoid(potential, c.tau_factor), s = fires ? 1.f : 0.f;
      m[t][i] = multiply_add(t == 0 ? 0.f : m[t == 0 ? 0 : t - 1][i], leak, s);
      squashed = sigmoid(m[t][i], MINUS_LOG2_E);
#endif
      v[i] = after_reset(potential, fires, reset_level(squashed, c), c);
    }
  }

  float gv[WIDTH], gm[WIDTH], learned = 0.f;
  Floats total;
  for (int i = 0; i < WIDTH; i++) gv[i] = gm[i] = total.v[i] = 0.f;
  const long long outputs = POOLED ? n / WIDTH : n;
  const Spikes* above = upstream + (TIME_STEPS - 1) * outputs + (POOLED ? thread : at);
#if !CONSTANT_CURRENT
  Current* below = gradient + (TIME_STEPS - 1) * n + at;
#endif
#pragma unroll
  for (int t = TIME_STEPS - 1; t >= 0; t--) {
#if POOLED
    Floats u;
    u.v[0] = u.v[1] = u.v[2] = u.v[3] = value_of(above) * .25f;
#else
    const Floats u = load(above);
#endif
    above -= outputs;
    Floats g;
#pragma unroll
    for (int i = 0; i < WIDTH; i++) {
      float potential = AGAIN(h[t][i]), scaled = c.rescale * potential, squashed = 0.f, gmt = 0.f;
      bool fires = potential >= c.threshold;
#if NEURON == 0
      float s = fires ? 1.f : 0.f, complementary = AGAIN(m[t][i]);
      squashed = sigmoid(complementary, MINUS_LOG2_E);
      gmt = multiply_add(gv[i] * s, squashed * (squashed - 1.f), gm[i]);
#endif
      float level = reset_level(squashed, c);
#if HARD_RESET
      float slope = level - scaled, pass = fires ? 0.f : gv[i];
#else
      float slope = -level, pass = gv[i];
#endif
      float gs = multiply_add(c.reach * gv[i], slope, u.v[i] + gmt);
      float gh = multiply_add(gs, surrogate(potential - c.threshold, c), c.rescale * pass);
#if NEURON == 0
      float leak = sigmoid(potential, c.tau_factor);
      gh = multiply_add(gmt * c.inverse_tau, (complementary - s) * (1.f - leak), gh);
      gm[i] = gmt * leak;
#elif NEURON == 2
      float before = c.reset;
      if (t > 0) {
        float last = AGAIN(h[t == 0 ? 0 : t - 1][i]);
        before = after_reset(last, last >= c.threshold, reset_level(0.f, c), c);
      }
      learned = multiply_add(gh, multiply_add(c.h_weight, potential, c.offset) - before, learned);
#elif NEURON == 3
      gh = potential > 0.f ? gh : 0.f;
#if HARD_RESET
      float rest = fires ? 0.f : scaled;
#else
      float rest = fires ? scaled - c.rescale * c.threshold : scaled;
#endif
      learned += multiply_add(gh, potential, -(c.scale_weight * gv[i] * rest));
      gh = c.k * gh;
#endif
      gv[i] = c.gamma * gh;
      g.v[i] = c.gain * gh;
      total.v[i] += g.v[i];
    }
#if !CONSTANT_CURRENT
    write(below, g, windows);
    below -= n;
#endif
  }
#if CONSTANT_CURRENT
  write(gradient + at, total, windows);
#endif
#if IS_LEARNED
  sums[thread] = learned;
#endif
}

#if IS_LEARNED
// Three launches add the threads' sums in an order that depends on their number alone, in double precision: each thread
// every "outputs"-th value.
KERNEL void neuron_sum_first(const float* values, double* sums, long long count, long long outputs) {
  long long i = (long long)BLOCK * BLOCK_SIZE + THREAD;
  if (i >= outputs) return;
  double sum = 0.;
  for (long long at = i; at < count; at += outputs) sum += values[at];
  sums[i] = sum;
}

KERNEL void neuron_sum_next(const double* values, double* sums, long long count, long long outputs) {
  long long i = (long long)BLOCK * BLOCK_SIZE + THREAD;
  if (i >= outputs) return;
  double sum = 0.;
  for (long long at = i; at < count; at += outputs) sum += values[at];
  sums[i] = sum;
}

KERNEL void neuron_sum_last(const double* values, float* gradient, long long count, const Constants* derived) {
  if (BLOCK != 0 || THREAD != 0) return;
  double sum = 0.;
  for (long long at = 0; at < count; at++) sum += values[at];
  *gradient = (float)(sum * derived->learned_factor);
}
#endif
