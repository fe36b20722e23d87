// The mask of TorchDropout, bit for bit that of the processor: keyed by seed, purpose and layer, counted by epoch and row.

// Each thread draws four neighbouring values of a row, of which it writes those that are there.
KERNEL void dropout_mask(float* mask, long long rows, long long width, word seed, word purpose, word epoch,
  long_word first_row, float threshold, float kept) {
  long long groups = (width + 3) / 4, thread = (long long)BLOCK * BLOCK_SIZE + THREAD;
  if (thread >= rows * groups) return;
  long long row = thread / groups, group = thread % groups;
  word words[4];
  random_words((word)group, epoch, first_row + (long_word)row, seed, purpose, words);
  for (int i = 0; i < 4; i++) {
    long long column = 4 * group + i;
    float uniform = (float)(words[i] >> 8) * (1.f / 16777216.f);
    if (column < width) mask[row * width + column] = uniform < threshold ? 0.f : kept;
  }
}
