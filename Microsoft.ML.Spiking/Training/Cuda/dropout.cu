// The mask of TorchDropout, bit for bit that of the processor: Philox4x32-10 (Salmon, Moraes, Dror, Shaw, SC 2011), keyed
// by seed, purpose and layer, counted by epoch and row.

// Each thread draws four neighbouring values of a row, of which it writes those that are there.
KERNEL void dropout_mask(float* mask, long long rows, long long width, word seed, word purpose, word epoch,
  long_word first_row, float threshold, float kept) {
  long long groups = (width + 3) / 4, thread = (long long)BLOCK * BLOCK_SIZE + THREAD;
  if (thread >= rows * groups) return;
  long long row = thread / groups, group = thread % groups;
  long_word item = first_row + (long_word)row;
  word c0 = (word)group, c1 = epoch, c2 = (word)item, c3 = (word)(item >> 32), key0 = seed, key1 = purpose;
  for (int round = 0; round < 10; round++) {
    long_word product0 = 0xD2511F53ull * c0, product1 = 0xCD9E8D57ull * c2;
    c0 = (word)(product1 >> 32) ^ c1 ^ key0;
    c2 = (word)(product0 >> 32) ^ c3 ^ key1;
    c1 = (word)product1;
    c3 = (word)product0;
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  word words[4] = {c0, c1, c2, c3};
  for (int i = 0; i < 4; i++) {
    long long column = 4 * group + i;
    float uniform = (float)(words[i] >> 8) * (1.f / 16777216.f);
    if (column < width) mask[row * width + column] = uniform < threshold ? 0.f : kept;
  }
}
