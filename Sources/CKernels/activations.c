#include "dispatch.h"
#include "exponential.h"
#include "kernels.h"

// x · sigmoid(1.702 x), the activation of OpenAI's CLIP.
static inline float quick_gelu(float x) { return x / (1.0f + clip_exp1(-1.702f * x)); }

// x · Phi(x).
static inline float gelu(float x) {
  float bell;
  float tails = clip_two_tails(x, &bell);
  return x >= 0 ? x * (1.0f - 0.5f * tails) : x * (0.5f * tails);
}

#define ROW_LOOP(expression)                             \
  for (size_t i = 0; i < width; i++) {                   \
    float v = b ? row[i] + b[i] : row[i];                \
    row[i] = (expression);                               \
  }

CLIP_DISPATCHED
void clip_bias_activation(float *x, size_t rows, size_t width, size_t stride, const float *bias,
                          int activation, const float *residual) {
  for (size_t r = 0; r < rows; r++) {
    float *restrict row = x + r * stride;
    const float *restrict b = bias;
    switch (activation) {
      case CLIP_QUICK_GELU: ROW_LOOP(quick_gelu(v)) break;
      case CLIP_GELU: ROW_LOOP(gelu(v)) break;
      case CLIP_RELU: ROW_LOOP(v > 0 ? v : 0) break;
      default:
        if (b) ROW_LOOP(v)
        break;
    }
    if (residual) {
      const float *restrict add = residual + r * stride;
      for (size_t i = 0; i < width; i++) row[i] += add[i];
    }
    if (activation == CLIP_RELU_OF_SUM)
      for (size_t i = 0; i < width; i++) row[i] = row[i] > 0 ? row[i] : 0;
  }
}

CLIP_DISPATCHED
void clip_exp(float *x, size_t count) {
  for (size_t i = 0; i < count; i++) x[i] = clip_exp1(x[i]);
}
