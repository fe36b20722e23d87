// The loss of a batch over the logits of all time steps and its gradient by them, as LossKernel has it for processors:
//   (1 - lambda) CE + lambda MSE, CE the cross entropy of each step's softmax, MSE the mean of (logit - target)^2
// Logits are [steps, rows, classes], float32. A block works on a row; sums over its classes are in double precision, in
// the order of a tree.

// The settings of a loss.
struct LossRule {
  double upstream;  // the gradient's factor, over the sum of all weights
  double lambda;
  double smoothing;
  int one_hot;      // 1: the target of the squared error is the row's class as 0 and 1, else 1 everywhere
  int of_mean;      // 1: the loss of the steps' mean logits
};

// Of what all threads of a block give, the largest value, or the sum, for all of them. All of them call it. "lanes", a
// power of two, is the number of threads that give any.
DEVICE float largest_of(float own, float* values, word lanes) {
  values[THREAD] = own;
  for (word half = lanes / 2; half > 0; half /= 2) {
    barrier();
    if (THREAD < half && values[THREAD + half] > values[THREAD]) values[THREAD] = values[THREAD + half];
  }
  barrier();
  return values[0];
}

DEVICE double sum_of(double own, double* values, word lanes) {
  values[THREAD] = own;
  for (word half = lanes / 2; half > 0; half /= 2) {
    barrier();
    if (THREAD < half) values[THREAD] += values[THREAD + half];
  }
  barrier();
  return values[0];
}

#define LOG2_E 1.442695040888963f
#define LN_2 0.6931471805599453

// labels: [rows]. shares, null for none: [rows], the share of a mixed row's own label; the rest belongs to the label of
// the row before. weights, null for none: [rows]. means: [rows, classes] takes the steps' means; results: [2, rows]
// takes each row's loss times its weight, and whether its label has the largest mean, the first of several.
KERNEL void loss_of_rows(const float* logits, const long long* labels, const float* shares, const float* weights,
  float* gradient, float* means, double* results, long long steps, long long rows, long long classes, LossRule rule) {
  SHARED float maxima[BLOCK_SIZE];
  SHARED double sums[BLOCK_SIZE];
  const long long row = BLOCK, first = row * classes, step = rows * classes;
  const long long label = labels[row], other = labels[row > 0 ? row - 1 : rows - 1];
  const double share = shares ? shares[row] : 1., weight = weights ? weights[row] : 1.;
  const double kept = 1. - rule.smoothing, rest = rule.smoothing / classes;
  const long long passes = rule.of_mean ? 1 : steps;
  const double factor = rule.upstream * weight / steps;
  word lanes = 1;
  while (lanes < BLOCK_SIZE && lanes < classes) lanes *= 2;
  for (long long c = THREAD; c < classes; c += BLOCK_SIZE) {
    float sum = 0.f;
    for (long long t = 0; t < steps; t++) sum += logits[t * step + first + c];
    means[first + c] = sum / steps;
  }
  barrier();
  const float of_label = means[first + label];
  double larger = of_label == of_label ? 0. : 1.;
  for (long long c = THREAD; c < classes; c += BLOCK_SIZE) {
    const float mean = means[first + c];
    larger += mean > of_label || (mean == of_label && c < label);
  }
  larger = sum_of(larger, sums, lanes);
  double loss = 0.;
  for (long long t = 0; t < passes; t++) {
    const float* own = rule.of_mean ? means + first : logits + t * step + first;
    float largest = -3.402823466e38f;
    for (long long c = THREAD; c < classes; c += BLOCK_SIZE) largest = own[c] > largest ? own[c] : largest;
    largest = largest_of(largest, maxima, lanes);
    double sum = 0.;
    for (long long c = THREAD; c < classes; c += BLOCK_SIZE) sum += power_of_two((own[c] - largest) * LOG2_E);
    sum = sum_of(sum, sums, lanes);
    const double log_of_sum = largest + LN_2 * binary_logarithm((float)sum);
    for (long long c = THREAD; c < classes; c += BLOCK_SIZE) {
      const double logit = own[c], exponential = power_of_two((own[c] - largest) * LOG2_E);
      const double of_class = (c == label ? share : 0.) + (c == other ? 1. - share : 0.);
      const double wanted = kept * of_class + rest, difference = logit - (rule.one_hot ? of_class : 1.);
      loss += (1. - rule.lambda) * wanted * (log_of_sum - logit) + rule.lambda * difference * difference / classes;
      const float slope = (float)(factor
        * ((1. - rule.lambda) * (exponential / sum - wanted) + rule.lambda * 2. / classes * difference));
      for (long long s = t; s < (rule.of_mean ? steps : t + 1); s++) gradient[s * step + first + c] = slope;
    }
  }
  barrier(); // all have read the last sum
  loss = sum_of(loss, sums, lanes);
  if (THREAD == 0) {
    results[row] = loss * weight / passes;
    results[rows + row] = larger == 0.;
  }
}

// The sum of the rows' losses over that of their weights, and the number of rows that are classified correctly, by one
// block.
KERNEL void loss_of_batch(const double* results, long long rows, double weight, float* loss, long long* correct) {
  SHARED double sums[2][BLOCK_SIZE];
  double sum = 0., count = 0.;
  for (long long row = THREAD; row < rows; row += BLOCK_SIZE) {
    sum += results[row];
    count += results[rows + row];
  }
  sum = sum_of(sum, sums[0], BLOCK_SIZE);
  count = sum_of(count, sums[1], BLOCK_SIZE);
  if (THREAD == 0) {
    *loss = (float)(sum / weight);
    *correct = (long long)count;
  }
}
