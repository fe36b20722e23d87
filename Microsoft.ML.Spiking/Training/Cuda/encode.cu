// The encoders that make spikes, bit for bit those of the processor (PoissonEncoder, LatencyEncoder). Rows are [n, width]
// and spikes [steps, n, width]; each thread writes four neighbouring values of a row at one step, of which it writes
// those that are there.

// The key of each row: FNV-1a over the bits of its values, 0 and -0 alike. A thread walks a whole row.
KERNEL void row_keys(const float* rows, long_word* keys, long long n, long long width) {
  long long row = (long long)BLOCK * BLOCK_SIZE + THREAD;
  if (row >= n) return;
  long_word hash = 14695981039346656037ull;
  for (long long i = 0; i < width; i++) hash = (hash ^ bits_of(rows[row * width + i] + 0.f)) * 1099511628211ull;
  keys[row] = hash;
}

KERNEL void poisson_spikes(const float* rows, const long_word* keys, float* spikes, long long steps, long long n,
  long long width, word seed, word purpose, word epoch, float rate) {
  long long groups = (width + 3) / 4, thread = (long long)BLOCK * BLOCK_SIZE + THREAD;
  if (thread >= steps * n * groups) return;
  long long group = thread % groups, row = thread / groups % n, step = thread / groups / n;
  word words[4];
  random_words((word)group, epoch, keys[row], seed, purpose | ((word)step << 8), words);
  for (int i = 0; i < 4; i++) {
    long long column = 4 * group + i;
    if (column >= width) return;
    float value = rows[row * width + column];
    float uniform = (float)(words[i] >> 8) * (1.f / 16777216.f);
    spikes[(step * n + row) * width + column] = uniform < (value > 1.f ? 1.f : value) * rate ? 1.f : 0.f;
  }
}

KERNEL void latency_spikes(const float* rows, float* spikes, long long steps, long long n, long long width) {
  long long groups = (width + 3) / 4, thread = (long long)BLOCK * BLOCK_SIZE + THREAD;
  if (thread >= steps * n * groups) return;
  long long group = thread % groups, row = thread / groups % n, step = thread / groups / n;
  for (int i = 0; i < 4; i++) {
    long long column = 4 * group + i;
    if (column >= width) return;
    float value = rows[row * width + column];
    if (value > 1.f) value = 1.f;
    float late = (float)(steps - 1) * (1.f - value), whole = (float)(long long)late; // at least 0 where it counts
    float rounded = late - whole >= .5f ? whole + 1.f : whole;
    spikes[(step * n + row) * width + column] = value > 0.f && rounded == (float)step ? 1.f : 0.f;
  }
}
