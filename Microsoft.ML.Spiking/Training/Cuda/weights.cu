// Copies of weights as products take them, and the way back of the copies' gradients, for all arrays of a network: a
// launch for each group of arrays. A weight is [outputs, channels, positions], its copy [outputs, positions, channels],
// in bfloat16 or float32. What is no convolution's has one position.

// The arrays of a launch, each of fewer than 2^31 values. Members are of one size, without gaps.
struct copied_arrays {
  const void* from[MOST_ARRAYS];
  void* to[MOST_ARRAYS];
  long long length[MOST_ARRAYS];
  long long channels[MOST_ARRAYS];
  long long positions[MOST_ARRAYS];
  long long adds[MOST_ARRAYS]; // whether gradients are added to those that are there
  long long first_block[MOST_ARRAYS + 1];
};

// Neighbouring threads write neighbouring values, and read values that blocks nearby read, too.
KERNEL void copy_weights(copied_arrays table, int is_bf16) {
  int array = array_of_block(table.first_block);
  const float* from = (const float*)table.from[array];
  word channels = (word)table.channels[array], positions = (word)table.positions[array];
  FOR_EACH_VALUE(table, array) {
    word channel = (word)i % channels, place = (word)i / channels; // place: of the output and the position
    float value = from[(place / positions * channels + channel) * positions + place % positions];
    if (is_bf16) ((half_word*)table.to[array])[i] = to_bf16(value);
    else ((float*)table.to[array])[i] = value;
  }
}

KERNEL void collect_gradients(copied_arrays table, int is_bf16) {
  int array = array_of_block(table.first_block);
  float* to = (float*)table.to[array];
  word channels = (word)table.channels[array], positions = (word)table.positions[array];
  bool adds = table.adds[array] != 0;
  FOR_EACH_VALUE(table, array) {
    word position = (word)i % positions, place = (word)i / positions; // place: of the output and the channel
    word at = (place / channels * positions + position) * channels + place % channels;
    float value = is_bf16 ? float_of((word)((const half_word*)table.from[array])[at] << 16)
      : ((const float*)table.from[array])[at];
    to[i] = adds ? to[i] + value : value;
  }
}
