// All neurons, forward and backward over all time steps, one thread for WIDTH neighbouring neurons, state in registers.
// The equations are those of the kernels for processors (Neurons/Kernels, where the papers are cited), in the same
// order of operations. Arrays are [T, n]: n neurons at T steps, in any order that is the same in all arrays.
//
// Compiled by NVRTC for a card; in tests by g++, behind a header that defines SPIKING_HOST, and by clang to PTX. A
// compilation is of one direction: the backward pass keeps all steps in registers and the forward pass one, so that
// they suit other widths.
//   BACKWARD          0 the forward pass, 1 the backward pass
//   TIME_STEPS        T, at most 64
//   WIDTH             1, 2, 4 or 8; divides n, and arrays begin at multiples of WIDTH values
//   NEURON            0 CLIF, 1 LIF and IF, 2 PLIF, 3 KLIF
//   HARD_RESET        0 or 1
//   DETACHED          1: no gradient flows through the reset
//   DECAYED           1: the current is multiplied by a gain, else it arrives as it is
//   SURROGATE         0 rectangle, 1 triangle, 2 sigmoid, 3 atan
//   CONSTANT_CURRENT  1: the current and its gradient are [n], the same at every step
//   BF16_CURRENT      1: the current and its gradient are bfloat16, else float32
//   BF16_SPIKES       1: the spikes and their gradient are bfloat16, else float32
//   NORMALIZED        0; or the current is normalized as it is read, and the gradient is that by the normalized one:
//                     1 channels one after the other, WIDTH neighbours are of one channel; 2 channels innermost
//   POOLED            1: a thread has the four neurons of a window of 2x2, all of one channel; WIDTH is 4. The spikes
//                     are their means, and the gradient is by these: one value for each window
//   HALVES            1: the forward pass writes what leaves it, float32, in float16, too
// These three change registers and order, and of the results at most the last bits:
//   EARLY             what is read before anything is computed, so that much is on its way at once: 0 nothing, 1 the
//                     current of all steps, 2 the gradient by the spikes, too
//   RECOMPUTED        1: the backward pass keeps h and m of each step, and computes what follows from them again
//   SHARED_STEPS      1: the backward pass of CLIF keeps h and m of each step in the memory of the block, which has
//                     48 KB: TIME_STEPS times WIDTH is at most 24
//   MINIMUM_BLOCKS    see device.cuh; may be undefined
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
  float gamma, leak, gain, threshold, reset, a, b, inverse_tau, tau_factor, m_factor, k, rescale, scale_weight, root;
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

// WIDTH values as they are read; they are converted where they are used. A window's lie apart.
#if POOLED
typedef Floats CurrentWords;
DEVICE Floats unpacked(const Floats& x) { return x; }
#elif BF16_CURRENT
typedef HalfWords CurrentWords;
#else
typedef FullWords CurrentWords;
#endif

DEVICE CurrentWords read(const Current* p, const Windows& windows) {
#if POOLED
  const word below = 2 * windows.columns * windows.pixel;
  Floats x;
  x.v[0] = value_of(p);
  x.v[1] = value_of(p + windows.pixel);
  x.v[2] = value_of(p + below);
  x.v[3] = value_of(p + below + windows.pixel);
  return x;
#else
  return load_packed(p);
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
DEVICE Floats arriving(const CurrentWords& read, const Channels& norm, word channel, int t) {
  Floats x = unpacked(read);
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

#if IS_LEARNED && !BACKWARD
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
  c.gamma = (float)(1. - leak);
  c.leak = (float)(leak * c.reset);
  c.gain = DECAYED ? (float)leak : 1.f;
  c.learned_factor = DECAYED ? 1. - leak : leak * (1. - leak);
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

#if SURROGATE == 3
// 1 + b (h - threshold)^2; root: that of b.
DEVICE float atan_divisor(float h, const Constants& c) {
  float u = multiply_add(c.root, h, -(c.root * c.threshold));
  return multiply_add(u, u, 1.f);
}
#endif

// The surrogate's derivative at a potential.
DEVICE float surrogate(float h, const Constants& c) {
#if SURROGATE == 0
  return absolute(h - c.threshold) <= c.a ? c.b : 0.f;
#elif SURROGATE == 1
  float height = multiply_add(-c.b, absolute(h - c.threshold), c.a);
  return height > 0.f ? height : 0.f;
#elif SURROGATE == 2
  float s = sigmoid(-absolute(h - c.threshold), c.a * MINUS_LOG2_E);
  return c.a * s * (1.f - s);
#else
  return c.a * reciprocal(atan_divisor(h, c));
#endif
}

#if IS_LEARNED
// Only what depends on the learned value is read; the rest is among the kernel's arguments, which take no registers.
DEVICE Constants constants_of(const Constants& fixed, const Constants* derived) {
  Constants c = fixed;
#if NEURON == 2
  c.gamma = derived->gamma;
  c.leak = derived->leak;
  c.gain = derived->gain;
#else
  c.k = derived->k;
  c.rescale = derived->rescale;
#endif
  return c;
}
#else
DEVICE Constants constants_of(const Constants& fixed, const Constants*) { return fixed; }
#endif

// KLIF may scale the potential after a reset; for all others the factor is 1.
#if NEURON == 3
#define RESCALED(x) (c.rescale * (x))
#else
#define RESCALED(x) (x)
#endif
#if DECAYED
#define GAINED(x) (c.gain * (x))
#else
#define GAINED(x) (x)
#endif

// The potential before the reset, from the potential after the last one and the current.
DEVICE float charge(float v, float x, const Constants& c) {
  float decayed = multiply_add(c.gamma, v, c.leak);
#if DECAYED
  float u = multiply_add(c.gain, x, decayed);
#else
  float u = x + decayed;
#endif
#if NEURON == 3
  float h = c.k * u;
  return h > 0.f ? h : 0.f;
#else
  return u;
#endif
}

// The potential after a reset, subtracted (soft) or set (hard). m: sigmoid of CLIF's m.
DEVICE float reset_level(float m, const Constants& c) {
#if HARD_RESET
  return c.reset - m;
#else
  return RESCALED(c.threshold) + m;
#endif
}

// s: 1 where the neuron fires, else 0.
DEVICE float after_reset(float h, float s, float level, const Constants& c) {
  float scaled = RESCALED(h);
#if HARD_RESET
  return s != 0.f ? level : scaled;
#else
  return multiply_add(-s, level, scaled);
#endif
}

// Steps whose current is read before anything is computed, and those whose gradient is.
#if CONSTANT_CURRENT
#define CURRENTS_FIRST 1
#elif EARLY
#define CURRENTS_FIRST TIME_STEPS
#else
#define CURRENTS_FIRST 0
#endif
#define GRADIENTS_FIRST (EARLY == 2 ? TIME_STEPS : 0)
#define AT_LEAST_1(steps) ((steps) > 0 ? (steps) : 1)

#if !BACKWARD
// count (null for none) takes the number of spikes on top of what it holds. halves: if HALVES, in the order of spikes.
KERNEL void neuron_forward(const Current* current, Spikes* spikes, half_word* halves, long_word* count, long long n,
  Constants fixed, const Constants* derived, Channels norm, Windows windows) {
  const long long thread = (long long)BLOCK * BLOCK_SIZE + THREAD;
  float fired = 0.f; // exact
  if (thread * WIDTH < n) {
    const long long at = first_of(thread, windows);
    const Current* from = current + at;
    CurrentWords words[AT_LEAST_1(CURRENTS_FIRST)];
#pragma unroll
    for (int t = 0; t < CURRENTS_FIRST; t++, from += n) words[t] = read(from, windows);
    const Constants c = constants_of(fixed, derived);
    const word channel = channel_at(at, norm);
    long long to = POOLED ? thread : at;
    float v[WIDTH], m[WIDTH];
    for (int i = 0; i < WIDTH; i++) {
      v[i] = c.reset;
      m[i] = 0.f;
    }
    Floats x = {};
#pragma unroll
    for (int t = 0; t < TIME_STEPS; t++) {
      if (CURRENTS_FIRST == 0) {
        words[0] = read(from, windows);
        from += n;
      }
      if (!CONSTANT_CURRENT || t == 0) x = arriving(words[CURRENTS_FIRST > 1 ? t : 0], norm, channel, t);
      Floats s;
#pragma unroll
      for (int i = 0; i < WIDTH; i++) {
        float h = charge(v[i], x.v[i], c), squashed = 0.f;
        s.v[i] = at_least(h, c.threshold);
        fired += s.v[i];
#if NEURON == 0
        m[i] = multiply_add(m[i], sigmoid(h, c.tau_factor), s.v[i]);
        squashed = sigmoid(m[i], MINUS_LOG2_E);
#endif
        v[i] = after_reset(h, s.v[i], reset_level(squashed, c), c);
      }
#if POOLED
      const float mean = (s.v[0] + s.v[1] + s.v[2] + s.v[3]) * .25f;
      store_value(spikes + to, mean);
#if HALVES
      halves[to] = (half_word)halves_of(mean, 0.f);
#endif
      to += n / WIDTH;
#else
      store(spikes + to, s);
#if HALVES
      store_halves(halves + to, s);
#endif
      to += n;
#endif
    }
  }
  if (count) add_count((word)fired, count);
}
#endif

#if BACKWARD
// The gradient by the spikes, of WIDTH neurons; a window has one value.
#if POOLED
typedef float GradientWords;
DEVICE float read_gradient(const Spikes* p) { return value_of(p); }
DEVICE Floats gradient_of(float each) {
  Floats u;
  u.v[0] = u.v[1] = u.v[2] = u.v[3] = each * .25f;
  return u;
}
#else
#if BF16_SPIKES
typedef HalfWords GradientWords;
#else
typedef FullWords GradientWords;
#endif
DEVICE GradientWords read_gradient(const Spikes* p) { return load_packed(p); }
DEVICE Floats gradient_of(const GradientWords& read) { return unpacked(read); }
#endif

// CLIF: what follows from a step's h and m, sigmoid(h / tau) and sigmoid(m), and the surrogate.
struct Derived { float leak, squashed, slope; };

// The sigmoids again. A card divides slowly: 1 / a, 1 / b and 1 / d are products with one reciprocal of a b d, which
// the limits keep finite. m_factor is -log2(e), which compilers do not know, or they would keep the sigmoids after all.
DEVICE Derived derived_again(float h, float m, const Constants& c) {
  float exponent = c.tau_factor * h;
  float a = 1.f + power_of_two(exponent > 60.f ? 60.f : exponent);
  float b = 1.f + power_of_two(c.m_factor * m); // at most 2
  Derived result;
#if SURROGATE == 3
  float d = atan_divisor(h, c);
  d = d > 1e18f ? 1e18f : d;
  float bd = b * d, inverse = reciprocal(a * bd);
  result.leak = inverse * bd;
  result.squashed = inverse * (a * d);
  result.slope = c.a * (inverse * (a * b));
#else
  float inverse = reciprocal(a * b);
  result.leak = inverse * b;
  result.squashed = inverse * a;
  result.slope = surrogate(h, c);
#endif
  return result;
}

#if RECOMPUTED
#define AGAIN(x) forgotten(x)
#else
#define AGAIN(x) x
#endif

// The gradient by the current of a thread's neurons. Returns their part of the learned value's gradient.
DEVICE float propagate(const Current* current, const Spikes* upstream, Current* gradient, long long n, long long thread,
  const Constants& fixed, const Constants* derived, const Channels& norm, const Windows& windows) {
  const long long at = first_of(thread, windows), outputs = POOLED ? n / WIDTH : n;
  const Current* from = current + at;
  const Spikes* above = upstream + (TIME_STEPS - 1) * outputs + (POOLED ? thread : at);
  Current* below = gradient + (CONSTANT_CURRENT ? 0 : TIME_STEPS - 1) * n + at;
  CurrentWords words[AT_LEAST_1(CURRENTS_FIRST)];
  GradientWords upper[AT_LEAST_1(GRADIENTS_FIRST)];
#pragma unroll
  for (int t = 0; t < CURRENTS_FIRST; t++, from += n) words[t] = read(from, windows);
#pragma unroll
  for (int t = GRADIENTS_FIRST - 1; t >= 0; t--, above -= outputs) upper[t] = read_gradient(above);
  const Constants c = constants_of(fixed, derived);
  const word channel = channel_at(at, norm);

  // Each thread reads its own values alone.
#if SHARED_STEPS
  SHARED float h[TIME_STEPS][WIDTH][BLOCK_SIZE], m[TIME_STEPS][WIDTH][BLOCK_SIZE];
#define OWN [THREAD]
#else
  float h[TIME_STEPS][WIDTH], m[TIME_STEPS][WIDTH];
#define OWN
#endif
  float v[WIDTH];
#if NEURON == 0
  float last[WIDTH];
  for (int i = 0; i < WIDTH; i++) last[i] = 0.f;
#if !RECOMPUTED
  float leaks[TIME_STEPS][WIDTH], squashes[TIME_STEPS][WIDTH];
#endif
#endif
  for (int i = 0; i < WIDTH; i++) v[i] = c.reset;
  Floats x = {};
#pragma unroll
  for (int t = 0; t < TIME_STEPS; t++) {
    if (CURRENTS_FIRST == 0) {
      words[0] = read(from, windows);
      from += n;
    }
    if (!CONSTANT_CURRENT || t == 0) x = arriving(words[CURRENTS_FIRST > 1 ? t : 0], norm, channel, t);
#pragma unroll
    for (int i = 0; i < WIDTH; i++) {
      float potential = charge(v[i], x.v[i], c), squashed = 0.f, s = at_least(potential, c.threshold);
      h[t][i] OWN = potential;
#if NEURON == 0
      float leak = sigmoid(potential, c.tau_factor);
      m[t][i] OWN = last[i] = multiply_add(last[i], leak, s);
      squashed = sigmoid(last[i], MINUS_LOG2_E);
#if !RECOMPUTED
      leaks[t][i] = leak;
      squashes[t][i] = squashed;
#endif
#endif
      v[i] = after_reset(potential, s, reset_level(squashed, c), c);
    }
  }

  float gv[WIDTH], gm[WIDTH], learned = 0.f;
  Floats total;
  for (int i = 0; i < WIDTH; i++) gv[i] = gm[i] = total.v[i] = 0.f;
#pragma unroll
  for (int t = TIME_STEPS - 1; t >= 0; t--) {
    if (GRADIENTS_FIRST == 0) {
      upper[0] = read_gradient(above);
      above -= outputs;
    }
    const Floats u = gradient_of(upper[GRADIENTS_FIRST > 1 ? t : 0]);
    Floats g;
#pragma unroll
    for (int i = 0; i < WIDTH; i++) {
      float potential = AGAIN(h[t][i] OWN), s = at_least(potential, c.threshold), level = 0.f, gmt = 0.f;
#if NEURON == 0
      float complementary = AGAIN(m[t][i] OWN);
#if RECOMPUTED
      Derived own = derived_again(potential, complementary, c);
#else
      Derived own;
      own.leak = leaks[t][i];
      own.squashed = squashes[t][i];
      own.slope = surrogate(potential, c);
#endif
      gmt = multiply_add(gv[i] * s, multiply_add(own.squashed, own.squashed, -own.squashed), gm[i]);
      level = reset_level(own.squashed, c);
      float derivative = own.slope;
#else
      level = reset_level(0.f, c);
      float derivative = surrogate(potential, c);
#endif
#if HARD_RESET
      float slope = level - RESCALED(potential), pass = s != 0.f ? 0.f : gv[i];
#else
      float slope = -level, pass = gv[i];
#endif
      float gs = u.v[i] + gmt;
#if !DETACHED
      gs = multiply_add(gv[i], slope, gs);
#endif
      float gh = multiply_add(gs, derivative, RESCALED(pass));
#if NEURON == 0
      gh = multiply_add(gmt, (complementary - s) * multiply_add(-c.inverse_tau, own.leak, c.inverse_tau), gh);
      gm[i] = gmt * own.leak;
#elif NEURON == 2
      float before = c.reset;
      if (t > 0) {
        float last = AGAIN(h[t == 0 ? 0 : t - 1][i] OWN);
        before = after_reset(last, at_least(last, c.threshold), reset_level(0.f, c), c);
      }
      learned = multiply_add(gh, (DECAYED ? potential : c.reset) - before, learned);
#elif NEURON == 3
      gh = potential > 0.f ? gh : 0.f;
#if HARD_RESET
      float rest = s != 0.f ? 0.f : RESCALED(potential);
#else
      float rest = multiply_add(-s, RESCALED(c.threshold), RESCALED(potential));
#endif
      learned += multiply_add(gh, potential, -(c.scale_weight * gv[i] * rest));
      gh = c.k * gh;
#endif
      gv[i] = c.gamma * gh;
      g.v[i] = GAINED(gh);
      total.v[i] += g.v[i];
    }
    // A compiler would add up the learned value's gradient in the end, and keep until then what it is the sum of.
    learned = forgotten(learned);
#if !CONSTANT_CURRENT
    write(below, g, windows);
    below -= n;
#endif
  }
#if CONSTANT_CURRENT
  write(below, total, windows);
#endif
  return learned;
}

// sums takes each block's part of the learned value's gradient, where there is one.
KERNEL void neuron_backward(const Current* current, const Spikes* upstream, Current* gradient, double* sums,
  long long n, Constants fixed, const Constants* derived, Channels norm, Windows windows) {
  const long long thread = (long long)BLOCK * BLOCK_SIZE + THREAD;
  float learned = 0.f;
  if (thread * WIDTH < n)
    learned = propagate(current, upstream, gradient, n, thread, fixed, derived, norm, windows);
#if IS_LEARNED
  sum_of_block(learned, sums + BLOCK);
#endif
}

#if IS_LEARNED
// One block adds the blocks' sums, in an order that depends on their number alone; total takes them before the factor.
// A thread reads several at once, because each read takes long.
#define SUMS_AT_ONCE 8
KERNEL void neuron_sum(const double* sums, long long count, double* total, float* gradient, const Constants* derived) {
  double sum = 0.;
  for (long long at = THREAD; at < count; at += SUMS_AT_ONCE * BLOCK_SIZE) {
    double next[SUMS_AT_ONCE];
#pragma unroll
    for (int i = 0; i < SUMS_AT_ONCE; i++) next[i] = at + i * BLOCK_SIZE < count ? sums[at + i * BLOCK_SIZE] : 0.;
#pragma unroll
    for (int i = 0; i < SUMS_AT_ONCE; i++) sum += next[i];
  }
  if (sum_of_block(sum, total)) *gradient = (float)(*total * derived->learned_factor);
}
#endif
#endif
