// Batch normalization in training (Ioffe and Szegedy, arXiv 1502.03167), channel by channel, as BatchNormKernels has it
// for processors:
//   y = scale x + shift, scale = weight / sqrt(variance + epsilon), shift = bias - scale mean
//   gradient of x = scale (u - mean(u) - x' mean(u x')), x' = (x - mean) / sqrt(variance + epsilon), u that of y
// Values are [groups, outer, channels, inner]. A group has statistics of its own: a time step, or all of them. With
// channels innermost, inner is 1 and outer counts the places of all images.
//
//   WIDTH             1, 2 or 4; divides inner, or with channels innermost the channels
//   CHANNELS_LAST     1: channels are innermost
//   BF16              1: values and gradients are bfloat16, else float32
//
// Sums are in fixed order, without atomics: each thread adds up to RUN values in float32 and these sums in double
// precision; further launches add the threads' sums.
#define RUN 32

#if BF16
typedef half_word Value;
#else
typedef float Value;
#endif

struct Extents {
  long long outer;
  word groups, channels, inner;
  word rows;  // threads that share the outer places of a channel
  word lanes; // threads that share its inner places
  word kept;  // sums of a channel that are left for the last launch
};

struct Sums { double first, second; };

// A sum of WIDTH values and one of WIDTH products, in float32 up to RUN of them.
struct Run {
  Sums total[WIDTH];
  float first[WIDTH], second[WIDTH];
  int count;
};

DEVICE void flush(Run& run) {
  for (int i = 0; i < WIDTH; i++) {
    run.total[i].first += run.first[i];
    run.total[i].second += run.second[i];
    run.first[i] = run.second[i] = 0.f;
  }
  run.count = 0;
}

// Forward: the sums of x - center and its square, center the channel's first value; backward: of the gradient u and of
// u (x - center), center the mean.
template <bool IS_BACKWARD> DEVICE void add(Run& run, const Value* x, const Value* u, const Floats& center) {
  const Floats value = load(x);
  Floats upstream;
  if (IS_BACKWARD) upstream = load(u);
  for (int i = 0; i < WIDTH; i++) {
    float distance = value.v[i] - center.v[i], one = IS_BACKWARD ? upstream.v[i] : distance;
    run.first[i] += one;
    run.second[i] = multiply_add(one, distance, run.second[i]);
  }
  if (++run.count == RUN) flush(run);
}

// sums: [groups, rows lanes, channels].
template <bool IS_BACKWARD> DEVICE void sum_part(
  const Value* x, const Value* u, const float* means, Sums* sums, const Extents& e) {
  word thread = BLOCK * BLOCK_SIZE + THREAD;
#if CHANNELS_LAST
  word channel = thread % (e.channels / WIDTH) * WIDTH, part = thread / (e.channels / WIDTH);
  word row = part % e.rows, group = part / e.rows;
#else
  word lane = thread % e.lanes, channel = thread / e.lanes % e.channels, part = thread / e.lanes / e.channels;
  word row = part % e.rows, group = part / e.rows;
#endif
  if (group >= e.groups) return;
  long long width = (long long)e.channels * e.inner, start = group * e.outer * width + (long long)channel * e.inner;
  Floats center;
  for (int i = 0; i < WIDTH; i++) {
    long long own = CHANNELS_LAST ? i : 0;
    center.v[i] = IS_BACKWARD ? value_of(means + group * e.channels + channel + own) : value_of(x + start + own);
  }
  Run run;
  for (int i = 0; i < WIDTH; i++) run.total[i].first = run.total[i].second = 0.;
  for (int i = 0; i < WIDTH; i++) run.first[i] = run.second[i] = 0.f;
  run.count = 0;
  for (long long o = row; o < e.outer; o += e.rows) {
    long long at = start + o * width;
#if CHANNELS_LAST
    add<IS_BACKWARD>(run, x + at, u + at, center);
#else
    for (word i = lane * WIDTH; i < e.inner; i += e.lanes * WIDTH)
      add<IS_BACKWARD>(run, x + at + i, u + at + i, center);
#endif
  }
  flush(run);
#if CHANNELS_LAST
  for (int i = 0; i < WIDTH; i++) sums[(long long)part * e.channels + channel + i] = run.total[i];
#else
  Sums all = run.total[0];
  for (int i = 1; i < WIDTH; i++) {
    all.first += run.total[i].first;
    all.second += run.total[i].second;
  }
  sums[((long long)part * e.lanes + lane) * e.channels + channel] = all;
#endif
}

KERNEL void norm_sums(const Value* x, Sums* sums, Extents e) { sum_part<false>(x, x, nullptr, sums, e); }

KERNEL void norm_gradient_sums(const Value* x, const Value* u, const float* means, Sums* sums, Extents e) {
  sum_part<true>(x, u, means, sums, e);
}

// Each thread adds every "kept"-th sum of a channel: [groups, parts, channels] to [groups, kept, channels].
KERNEL void norm_sums_next(const Sums* sums, Sums* fewer, Extents e, word parts, word kept) {
  word thread = BLOCK * BLOCK_SIZE + THREAD;
  word channel = thread % e.channels, part = thread / e.channels % kept, group = thread / e.channels / kept;
  if (group >= e.groups) return;
  Sums own = {0., 0.};
  for (word i = part; i < parts; i += kept) {
    Sums other = sums[((long long)group * parts + i) * e.channels + channel];
    own.first += other.first;
    own.second += other.second;
  }
  fewer[thread] = own;
}

DEVICE Sums sum_of_channel(const Sums* fewer, word group, word channel, const Extents& e) {
  Sums own = {0., 0.};
  for (word i = 0; i < e.kept; i++) {
    Sums other = fewer[((long long)group * e.kept + i) * e.channels + channel];
    own.first += other.first;
    own.second += other.second;
  }
  return own;
}

// Of a training's settings. A running statistic r becomes (1 - momentum) r + momentum s for each group's s in turn.
struct Rule {
  double epsilon, momentum, unbiased; // unbiased: the running variance's factor of a variance
};

// A thread for each channel. constants: [3, groups, channels]: scale, shift and mean. exact: [groups, channels]: mean
// and 1 / sqrt(variance + epsilon). moved: [2, channels]: all groups move a running mean or variance r to
// (1 - momentum)^groups r + moved, which is done here where the running ones are not null.
KERNEL void norm_statistics(const Value* x, const Sums* fewer, const float* weight, const float* bias,
  float* constants, Sums* exact, float* moved, float* running_mean, float* running_variance, Extents e, Rule rule) {
  word channel = BLOCK * BLOCK_SIZE + THREAD;
  if (channel >= e.channels) return;
  double count = (double)e.outer * e.inner, kept = 1., moved_mean = 0., moved_variance = 0.;
  long long values = (long long)e.groups * e.channels;
  for (word group = 0; group < e.groups; group++) {
    long long at = (long long)group * e.channels + channel;
    Sums sum = sum_of_channel(fewer, group, channel, e);
    double shifted = sum.first / count, variance = sum.second / count - shifted * shifted;
    variance = variance < 0. ? 0. : variance;
    double mean = value_of(x + (group * e.outer * e.channels + channel) * e.inner) + shifted;
    double inverse = 1. / square_root(variance + rule.epsilon), scale = weight[channel] * inverse;
    constants[at] = (float)scale;
    constants[values + at] = (float)(bias[channel] - scale * mean);
    constants[2 * values + at] = (float)mean;
    exact[at].first = mean;
    exact[at].second = inverse;
    kept *= 1. - rule.momentum;
    moved_mean = (1. - rule.momentum) * moved_mean + rule.momentum * mean;
    moved_variance = (1. - rule.momentum) * moved_variance + rule.momentum * rule.unbiased * variance;
  }
  moved[channel] = (float)moved_mean;
  moved[e.channels + channel] = (float)moved_variance;
  if (running_mean) {
    running_mean[channel] = (float)(kept * running_mean[channel] + moved_mean);
    running_variance[channel] = (float)(kept * running_variance[channel] + moved_variance);
  }
}

// A thread for each channel, from the sums of norm_gradient_sums. combination: [3, groups, channels]: the gradient by x
// is [0] u + [1] x + [2].
KERNEL void norm_gradients(const Sums* fewer, const Sums* exact, const float* weight, float* combination,
  float* weight_gradient, float* bias_gradient, Extents e) {
  word channel = BLOCK * BLOCK_SIZE + THREAD;
  if (channel >= e.channels) return;
  double count = (double)e.outer * e.inner, by_weight = 0., by_bias = 0.;
  long long values = (long long)e.groups * e.channels;
  for (word group = 0; group < e.groups; group++) {
    long long at = (long long)group * e.channels + channel;
    Sums sum = sum_of_channel(fewer, group, channel, e);
    double mean = exact[at].first, inverse = exact[at].second;
    // The sums were taken about the rounded mean.
    double product = inverse * (sum.second + sum.first * ((double)(float)mean - mean));
    double scale = weight[channel] * inverse, slope = -scale * inverse * product / count;
    combination[at] = (float)scale;
    combination[values + at] = (float)slope;
    combination[2 * values + at] = (float)(-scale * sum.first / count - slope * mean);
    by_weight += product;
    by_bias += sum.first;
  }
  weight_gradient[channel] = (float)by_weight;
  bias_gradient[channel] = (float)by_bias;
}

// Where WIDTH values lie: n of a step, and "steps" of them; "stride" is from one step's constants to the next, 0 where
// all share them. There are fewer values in a step than 32 bits count.
struct Steps {
  long long n, stride;
  word steps, channels, inner;
};

DEVICE Floats constants_at(const float* p) {
#if CHANNELS_LAST
  return load(p);
#else
  Floats all;
  for (int i = 0; i < WIDTH; i++) all.v[i] = value_of(p);
  return all;
#endif
}

KERNEL void norm_apply(const Value* x, Value* y, const float* scale, const float* shift, Steps s) {
  long long at = ((long long)BLOCK * BLOCK_SIZE + THREAD) * WIDTH;
  if (at >= s.n) return;
  word channel = (word)at / s.inner % s.channels;
  for (word t = 0; t < s.steps; t++) {
    const Floats value = load(x + t * s.n + at), a = constants_at(scale + t * s.stride + channel),
      b = constants_at(shift + t * s.stride + channel);
    Floats result;
    for (int i = 0; i < WIDTH; i++) result.v[i] = multiply_add(a.v[i], value.v[i], b.v[i]);
    store(y + t * s.n + at, result);
  }
}

KERNEL void norm_combine(const Value* x, const Value* u, Value* gradient, const float* combination, long long values,
  Steps s) {
  long long at = ((long long)BLOCK * BLOCK_SIZE + THREAD) * WIDTH;
  if (at >= s.n) return;
  word channel = (word)at / s.inner % s.channels;
  for (word t = 0; t < s.steps; t++) {
    const float* own = combination + t * s.stride + channel;
    const Floats value = load(x + t * s.n + at), upstream = load(u + t * s.n + at), a = constants_at(own),
      b = constants_at(own + values), c = constants_at(own + 2 * values);
    Floats result;
    for (int i = 0; i < WIDTH; i++)
      result.v[i] = multiply_add(a.v[i], upstream.v[i], multiply_add(b.v[i], value.v[i], c.v[i]));
    store(gradient + t * s.n + at, result);
  }
}
