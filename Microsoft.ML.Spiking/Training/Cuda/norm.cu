// Batch normalization in training (Ioffe and Szegedy, arXiv 1502.03167), channel by channel, as BatchNormKernels has it
// for processors:
//   y = scale x + shift, scale = weight / sqrt(variance + epsilon), shift = bias - scale mean
//   gradient of x = scale (u - mean(u) - x' mean(u x')), x' = (x - mean) / sqrt(variance + epsilon), u that of y
// Values are [groups, outer, channels, inner]. A group has statistics of its own: a time step, or all of them. With
// channels innermost, inner is 1 and outer counts the places of all images.
//
//   WIDTH             1, 2, 4 or 8; divides inner, or with channels innermost the channels
//   CHANNELS_LAST     1: channels are innermost
//   BF16              1: values and gradients are bfloat16, else float32
//
// Sums are in fixed order, without atomics: each thread adds up to RUN values of each of WIDTH neighbours in float32
// and these sums in double precision; a block adds those of its threads in the order of a tree, and so does the next
// kernel with those of the blocks.
#define RUN 32
#define PLACES 4 // that a thread reads before it adds, so that many reads are under way
#define FEW 2    // channels of a block in the kernels that add the blocks' sums

#if BF16
typedef half_word Value;
#else
typedef float Value;
#endif

#if CHANNELS_LAST
#define VECTOR_CHANNELS WIDTH // channels of WIDTH neighbouring values
#else
#define VECTOR_CHANNELS 1
#endif

struct Extents {
  long long outer;
  word groups, channels, inner;
  word columns; // channels of a block that sums, in vectors of VECTOR_CHANNELS
  word tiles;   // blocks that share the channels
  word lanes;   // threads of a block that share the inner places of a channel
  word lines;   // threads of a block that share its outer places, for each lane
  word parts;   // blocks that share the outer places; each leaves a sum of a channel
};

struct Sums { double first, second; };

// Adds n rows, of "stride" sums each, in the order of a tree, into the first row. The thread of a sum there may read it
// without a barrier. All threads of a block call it.
template <int COUNT> DEVICE void add_rows(Sums (&rows)[COUNT][BLOCK_SIZE], word n, word stride) {
  while (n > 1) {
    word half = (n + 1) / 2;
    barrier();
    if (THREAD < (n - half) * stride) {
      for (int i = 0; i < COUNT; i++) {
        rows[i][THREAD].first += rows[i][THREAD + half * stride].first;
        rows[i][THREAD].second += rows[i][THREAD + half * stride].second;
      }
    }
    n = half;
  }
}

// One constant for each of WIDTH neighbouring values.
template <typename T> DEVICE Floats constants_at(const T* p) {
#if CHANNELS_LAST
  return load(p);
#else
  Floats all;
  float value = value_of(p);
  for (int i = 0; i < WIDTH; i++) all.v[i] = value;
  return all;
#endif
}

// The places of a channel that a thread adds: those of its lane in every "rows"-th outer place.
struct Places {
  long long at, row, stride; // the next value, the first one of its outer place, and from one such place to the next
  word position, lane, lanes, positions;
};

DEVICE void move_on(Places& places) {
#if CHANNELS_LAST
  places.at += places.stride;
#else
  places.position += places.lanes;
  places.at += places.lanes * WIDTH;
  if (places.position >= places.positions) {
    places.position = places.lane;
    places.row += places.stride;
    places.at = places.row;
  }
#endif
}

// A sum of values and one of products, for each of WIDTH neighbours, in float32.
struct Run { float first[WIDTH], second[WIDTH]; };

// Forward: the sums of x - center and its square, center the channel's first value; backward: of the gradient u and of
// u (x - center), center the mean. PLACES of them, or where not IS_WHOLE the "left" last ones, at least one.
template <bool IS_BACKWARD, bool IS_WHOLE> DEVICE void add_places(
  Run& run, Places& places, int left, const Value* x, const Value* u, const Floats& center) {
  const int most = IS_WHOLE ? PLACES : PLACES - 1;
  Floats value[PLACES], upstream[PLACES];
#pragma unroll
  for (int j = 0; j < most; j++) {
    value[j] = load(x + places.at);
    if (IS_BACKWARD) upstream[j] = load(u + places.at);
    if (IS_WHOLE || j + 1 < left) move_on(places);
  }
#pragma unroll
  for (int j = 0; j < most; j++) {
#pragma unroll
    for (int i = 0; i < WIDTH; i++) {
      float distance = value[j].v[i] - center.v[i], one = IS_BACKWARD ? upstream[j].v[i] : distance;
      if (!IS_WHOLE && j >= left) one = distance = 0.f;
      run.first[i] += one;
      run.second[i] = multiply_add(one, distance, run.second[i]);
    }
  }
}

DEVICE void flush(Run& run, Sums (&totals)[VECTOR_CHANNELS][BLOCK_SIZE], word slot) {
#pragma unroll
  for (int i = 0; i < WIDTH; i++) {
    Sums& total = totals[i % VECTOR_CHANNELS][slot];
    total.first += run.first[i];
    total.second += run.second[i];
    run.first[i] = run.second[i] = 0.f;
  }
}

// A block adds its channels over a part of the outer places. sums: [groups, parts, channels].
template <bool IS_BACKWARD> DEVICE void sum_part(
  const Value* x, const Value* u, const float* means, Sums* sums, const Extents& e) {
  SHARED Sums totals[VECTOR_CHANNELS][BLOCK_SIZE]; // not in registers, of which the reads need many
  word tile = BLOCK % e.tiles, part = BLOCK / e.tiles % e.parts, group = BLOCK / e.tiles / e.parts;
  word lane = THREAD % e.lanes, column = THREAD / e.lanes % e.columns, line = THREAD / e.lanes / e.columns;
  word channel = (tile * e.columns + column) * VECTOR_CHANNELS, slot = (line * e.lanes + lane) * e.columns + column;
  long long row = (long long)part * e.lines + line, rows = (long long)e.parts * e.lines;
  if (line < e.lines) {
    for (int i = 0; i < VECTOR_CHANNELS; i++) totals[i][slot].first = totals[i][slot].second = 0.;
  }
  if (line < e.lines && channel < e.channels && row < e.outer) {
    long long width = (long long)e.channels * e.inner, start = group * e.outer * width + (long long)channel * e.inner;
    Places places;
    places.lane = places.position = lane;
    places.lanes = e.lanes;
    places.positions = CHANNELS_LAST ? 1 : e.inner / WIDTH;
    places.at = places.row = start + row * width + lane * WIDTH;
    places.stride = rows * width;
    long long left = ((e.outer - row - 1) / rows + 1) * ((places.positions - lane - 1) / e.lanes + 1);
    const Floats center = IS_BACKWARD ? constants_at(means + group * e.channels + channel) : constants_at(x + start);
    Run run;
    for (int i = 0; i < WIDTH; i++) run.first[i] = run.second[i] = 0.f;
    int count = 0;
    for (; left >= PLACES; left -= PLACES) {
      add_places<IS_BACKWARD, true>(run, places, PLACES, x, u, center);
      count += PLACES;
      if (count == RUN) {
        flush(run, totals, slot);
        count = 0;
      }
    }
    if (left > 0) add_places<IS_BACKWARD, false>(run, places, (int)left, x, u, center);
    flush(run, totals, slot);
  }
  add_rows(totals, e.lanes * e.lines, e.columns);
  word own = (tile * e.columns + THREAD) * VECTOR_CHANNELS;
  if (THREAD < e.columns && own < e.channels) {
    Sums* results = sums + ((long long)group * e.parts + part) * e.channels + own;
    for (int i = 0; i < VECTOR_CHANNELS; i++) results[i] = totals[i][THREAD];
  }
}

KERNEL void norm_sums(const Value* x, Sums* sums, Extents e) { sum_part<false>(x, x, nullptr, sums, e); }

KERNEL void norm_gradient_sums(const Value* x, const Value* u, const float* means, Sums* sums, Extents e) {
  sum_part<true>(x, u, means, sums, e);
}

// A thread's place in a block that adds the blocks' sums of FEW channels: those of "groups" groups at once, each by
// "ways" threads, of which there are not more than sums.
struct Seat {
  word channel, group, way;
  word groups, ways;
};

DEVICE Seat seat_of(const Extents& e) {
  Seat s;
  s.groups = e.groups < BLOCK_SIZE / FEW ? e.groups : BLOCK_SIZE / FEW;
  s.ways = BLOCK_SIZE / FEW / s.groups;
  if (s.ways > e.parts) s.ways = e.parts;
  s.channel = BLOCK * FEW + THREAD % FEW;
  s.group = THREAD / FEW % s.groups;
  s.way = THREAD / FEW / s.groups;
  return s;
}

// Threads of way 0 find their group's sums in their own place. All threads of a block call it.
DEVICE void sum_blocks(
  Sums (&shared)[1][BLOCK_SIZE], const Sums* sums, const Seat& s, word group, const Extents& e) {
  Sums own = {0., 0.};
  if (s.channel < e.channels && group < e.groups && s.way < s.ways) {
    const Sums* first = sums + (long long)group * e.parts * e.channels + s.channel;
#pragma unroll 4
    for (word i = s.way; i < e.parts; i += s.ways) {
      Sums other = first[(long long)i * e.channels];
      own.first += other.first;
      own.second += other.second;
    }
  }
  shared[0][THREAD] = own;
  add_rows(shared, s.ways, s.groups * FEW);
}

// Of a training's settings. A running statistic r becomes (1 - momentum) r + momentum s for each group's s in turn.
struct Rule {
  double epsilon, momentum, unbiased; // unbiased: the running variance's factor of a variance
};

// constants: [3, groups, channels]: scale, shift and mean. exact: [groups, channels]: mean and
// 1 / sqrt(variance + epsilon). moved: [2, channels]: all groups, in their order, move a running mean or variance r to
// (1 - momentum)^groups r + moved, which is done here where the running ones are not null. The running mean is that of
// x + offset + offset2, where these are not null: biases that were left out before, as no normalized value depends on
// them.
KERNEL void norm_statistics(const Value* x, const Sums* sums, const float* weight, const float* bias, float* constants,
  Sums* exact, float* moved, float* running_mean, float* running_variance, const float* offset, const float* offset2,
  Extents e, Rule rule) {
  SHARED Sums shared[1][BLOCK_SIZE];
  const Seat s = seat_of(e);
  double count = (double)e.outer * e.inner, kept = 1., moved_mean = 0., moved_variance = 0., added = 0.;
  long long values = (long long)e.groups * e.channels;
  bool exists = s.channel < e.channels, moves = THREAD < FEW && exists;
  if (moves && offset) added += offset[s.channel];
  if (moves && offset2) added += offset2[s.channel];
  for (word group = 0; group < e.groups; group += s.groups) {
    word own = group + s.group;
    bool has_sum = exists && own < e.groups && s.way == 0;
    // Read before the sums, for which all wait.
    double first = has_sum ? value_of(x + ((long long)own * e.outer * e.channels + s.channel) * e.inner) : 0.f;
    double weight_here = has_sum ? weight[s.channel] : 0.f, bias_here = has_sum ? bias[s.channel] : 0.f;
    sum_blocks(shared, sums, s, own, e);
    if (has_sum) {
      long long at = (long long)own * e.channels + s.channel;
      Sums sum = shared[0][THREAD];
      double shifted = sum.first / count, variance = sum.second / count - shifted * shifted;
      variance = variance < 0. ? 0. : variance;
      double mean = first + shifted, inverse = 1. / square_root(variance + rule.epsilon);
      double scale = weight_here * inverse;
      constants[at] = (float)scale;
      constants[values + at] = (float)(bias_here - scale * mean);
      constants[2 * values + at] = (float)mean;
      exact[at].first = mean;
      exact[at].second = inverse;
      shared[0][THREAD].first = mean;
      shared[0][THREAD].second = variance;
    }
    barrier();
    for (word i = 0; moves && i < s.groups && group + i < e.groups; i++) {
      Sums statistics = shared[0][i * FEW + THREAD];
      kept *= 1. - rule.momentum;
      moved_mean = (1. - rule.momentum) * moved_mean + rule.momentum * (statistics.first + added);
      moved_variance = (1. - rule.momentum) * moved_variance + rule.momentum * rule.unbiased * statistics.second;
    }
    barrier();
  }
  if (!moves) return;
  moved[s.channel] = (float)moved_mean;
  moved[e.channels + s.channel] = (float)moved_variance;
  if (running_mean) {
    running_mean[s.channel] = (float)(kept * running_mean[s.channel] + moved_mean);
    running_variance[s.channel] = (float)(kept * running_variance[s.channel] + moved_variance);
  }
}

// combination: [3, groups, channels]: the gradient by x is [0] u + [1] x + [2]. The gradients by weight and bias are
// added to what is there if "accumulates" is not 0.
KERNEL void norm_gradients(const Sums* sums, const Sums* exact, const float* weight, float* combination,
  float* weight_gradient, float* bias_gradient, int accumulates, Extents e) {
  SHARED Sums shared[1][BLOCK_SIZE];
  const Seat s = seat_of(e);
  double count = (double)e.outer * e.inner, by_weight = 0., by_bias = 0.;
  long long values = (long long)e.groups * e.channels;
  bool exists = s.channel < e.channels, adds = THREAD < FEW && exists;
  for (word group = 0; group < e.groups; group += s.groups) {
    word own = group + s.group;
    bool has_sum = exists && own < e.groups && s.way == 0;
    long long at = (long long)own * e.channels + s.channel;
    // Read before the sums, for which all wait.
    Sums statistics = {0., 0.};
    if (has_sum) statistics = exact[at];
    double weight_here = has_sum ? weight[s.channel] : 0.f;
    sum_blocks(shared, sums, s, own, e);
    if (has_sum) {
      Sums sum = shared[0][THREAD];
      double mean = statistics.first, inverse = statistics.second;
      // The sums were taken about the rounded mean.
      double product = inverse * (sum.second + sum.first * ((double)(float)mean - mean));
      double scale = weight_here * inverse, slope = -scale * inverse * product / count;
      combination[at] = (float)scale;
      combination[values + at] = (float)slope;
      combination[2 * values + at] = (float)(-scale * sum.first / count - slope * mean);
      shared[0][THREAD].second = product;
    }
    barrier();
    for (word i = 0; adds && i < s.groups && group + i < e.groups; i++) {
      by_weight += shared[0][i * FEW + THREAD].second;
      by_bias += shared[0][i * FEW + THREAD].first;
    }
    barrier();
  }
  if (!adds) return;
  weight_gradient[s.channel] = (float)by_weight + (accumulates ? weight_gradient[s.channel] : 0.f);
  bias_gradient[s.channel] = (float)by_bias + (accumulates ? bias_gradient[s.channel] : 0.f);
}

// Where WIDTH values lie: n of a step, and "steps" of them; "stride" is from one step's constants to the next, 0 where
// all share them. There are fewer values in a step than 32 bits count.
struct Steps {
  long long n, stride;
  word steps, channels, inner;
};

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

// largest (null for none) is raised to the bits of the gradient's largest magnitude.
KERNEL void norm_combine(const Value* x, const Value* u, Value* gradient, const float* combination, long long values,
  Steps s, word* largest) {
  long long at = ((long long)BLOCK * BLOCK_SIZE + THREAD) * WIDTH;
  float most = 0.f;
  word channel = (word)at / s.inner % s.channels;
  for (word t = 0; at < s.n && t < s.steps; t++) {
    const float* own = combination + t * s.stride + channel;
    const Floats value = load(x + t * s.n + at), upstream = load(u + t * s.n + at), a = constants_at(own),
      b = constants_at(own + values), c = constants_at(own + 2 * values);
    Floats result;
    for (int i = 0; i < WIDTH; i++) {
      result.v[i] = multiply_add(a.v[i], upstream.v[i], multiply_add(b.v[i], value.v[i], c.v[i]));
      const float magnitude = absolute(result.v[i]);
      most = most >= magnitude ? most : magnitude; // or not a number, until the next one
    }
    store(gradient + t * s.n + at, result);
  }
  if (largest) take_largest(bits_of(most), largest);
}
