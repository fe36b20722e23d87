// One step of an optimizer over all arrays of a network, and the clipping of their gradients: a launch for each group of
// arrays instead of several for each array. The formulas are those of Sgd, AdamW and GradientClipping.

// The arrays of a launch. Members are of one size, without gaps.
struct array_table {
  float* parameter[MOST_ARRAYS];
  float* gradient[MOST_ARRAYS];
  float* first[MOST_ARRAYS];   // Sgd: the momentum, AdamW: the mean of gradients; null where there is none
  float* second[MOST_ARRAYS];  // AdamW: the mean of their squares
  long long length[MOST_ARRAYS];
  long long first_block[MOST_ARRAYS + 1];
};

// The sum of squares of each block's gradients, in double.
KERNEL void squares_of_blocks(array_table table, double* sums, long long first_sum) {
  int array = array_of_block(table.first_block);
  double sum = 0;
  FOR_EACH_VALUE(table, array) {
    double gradient = table.gradient[array][i];
    sum += gradient * gradient;
  }
  sum_of_block(sum, sums + first_sum + BLOCK);
}

// The sum of those sums, by one block.
KERNEL void sum_of_squares(const double* sums, long long count, double* result) {
  double sum = 0;
  for (long long i = THREAD; i < count; i += BLOCK_SIZE) sum += sums[i];
  sum_of_block(sum, result);
}

// The factor by which gradients are multiplied so that their norm is at most the maximum.
KERNEL void clipping_factor(const double* sum_of_squares, float maximum, float* factor) {
  if (BLOCK == 0 && THREAD == 0) {
    float wanted = maximum / ((float)square_root(*sum_of_squares) + 1e-6f);
    *factor = wanted < 1.f ? wanted : 1.f;
  }
}

KERNEL void sgd_step(array_table table, float rate, float momentum, float decay, const float* factor) {
  int array = array_of_block(table.first_block);
  float scale = factor ? *factor : 1.f;
  float *parameters = table.parameter[array], *momenta = table.first[array];
  FOR_EACH_VALUE(table, array) {
    float value = parameters[i], step = table.gradient[array][i] * scale + decay * value;
    if (momenta) momenta[i] = step = momentum * momenta[i] + step;
    parameters[i] = value - rate * step;
  }
}

// kept = 1 - rate * decay; step = rate / (1 - beta1^t); root = sqrt(1 - beta2^t).
KERNEL void adamw_step(array_table table, float kept, float step, float root, float beta1, float new1, float beta2,
  float new2, float epsilon, const float* factor) {
  int array = array_of_block(table.first_block);
  float scale = factor ? *factor : 1.f;
  float *parameters = table.parameter[array], *means = table.first[array], *squares = table.second[array];
  FOR_EACH_VALUE(table, array) {
    float gradient = table.gradient[array][i] * scale;
    float mean = means[i] = beta1 * means[i] + new1 * gradient;
    float square = squares[i] = beta2 * squares[i] + new2 * (gradient * gradient);
    parameters[i] = kept * parameters[i] - step * mean / (square_root(square) / root + epsilon);
  }
}
