// Between float32 and float16, for products that take the one as the other. A gradient is multiplied by a power of two
// first, so that the sum of as many products with values up to 1 as a weight's gradient has stays below 2^15:
//   2^scale with scale = 15 - headroom - e, where all magnitudes are below 2^e and 2^headroom is the number of products
// Both types have room for that: what is below 2^-14 after it loses bits, and is 2^(28 - headroom) times smaller than
// the largest. If that is not finite or 0, nothing is scaled.

DEVICE float power_for(const word* largest, int headroom) {
  const int exponent = (int)(*largest >> 23) - 126; // e
  int scale = exponent == -126 || exponent > 128 ? 0 : 15 - headroom - exponent;
  scale = scale > 126 ? 126 : scale < -126 ? -126 : scale;
  return float_of((word)(scale + 127) << 23);
}

// Magnitudes compare as their bits do; not a number is above all others. Threads stride over the values.
KERNEL void largest_magnitude(const float* x, long long n, long long threads, word* largest) {
  word own = 0;
  for (long long i = (long long)BLOCK * BLOCK_SIZE + THREAD; i < n; i += threads) {
    const word bits = bits_of(x[i]) & 0x7FFFFFFFu;
    own = own > bits ? own : bits;
  }
  take_largest(own, largest);
}

// Four values of a thread.
KERNEL void to_half(const float* x, half_word* y, long long n, const word* largest, int headroom) {
  const long long at = ((long long)BLOCK * BLOCK_SIZE + THREAD) * 4;
  const float power = largest ? power_for(largest, headroom) : 1.f;
  if (at + 4 <= n) {
    word in[4];
    load_words(x + at, in);
    const word out[2] = {halves_of(float_of(in[0]) * power, float_of(in[1]) * power),
      halves_of(float_of(in[2]) * power, float_of(in[3]) * power)};
    store_words(y + at, out);
    return;
  }
  for (long long i = at; i < n; i++) y[i] = (half_word)halves_of(x[i] * power, 0.f);
}

KERNEL void from_half(const half_word* x, float* y, long long n, const word* largest, int headroom) {
  const long long i = (long long)BLOCK * BLOCK_SIZE + THREAD;
  if (i < n) y[i] = half_value(x[i]) / power_for(largest, headroom); // exact
}
