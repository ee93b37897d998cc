// Gradients of the row operations in rows.c and activations.c, with respect to their input.
#include "dispatch.h"
#include "exponential.h"
#include "kernels.h"
#include "reduce.h"
#include <math.h>

CLIP_DISPATCHED
void clip_layer_norm_backward(const float *x, const float *weight, float epsilon,
                              const float *upstream, const float *add, size_t width, float *out) {
  // With n = (x - mean) · scale and g = upstream · weight:
  // dx = scale · (g - mean(g) - n · mean(g · n))
  float sum, squares;
  REDUCE(sum, width, x[i])
  float mean = sum / (float)width;
  REDUCE(squares, width, (x[i] - mean) * (x[i] - mean))
  float scale = 1.0f / sqrtf(squares / (float)width + epsilon);
  float total, aligned;
  REDUCE(total, width, upstream[i] * weight[i])
  REDUCE(aligned, width, upstream[i] * weight[i] * ((x[i] - mean) * scale))
  float shift = total / (float)width, slope = aligned / (float)width;
  if (add) {
    for (size_t i = 0; i < width; i++)
      out[i] = add[i] + scale * (upstream[i] * weight[i] - shift - (x[i] - mean) * scale * slope);
  } else {
    for (size_t i = 0; i < width; i++)
      out[i] = scale * (upstream[i] * weight[i] - shift - (x[i] - mean) * scale * slope);
  }
}

CLIP_DISPATCHED
void clip_softmax_backward(const float *y, const float *upstream, float scale, size_t count,
                           float *out) {
  float aligned;
  REDUCE(aligned, count, y[i] * upstream[i])
  for (size_t i = 0; i < count; i++) out[i] = scale * y[i] * (upstream[i] - aligned);
}

CLIP_DISPATCHED
void clip_normalize_backward(const float *x, const float *upstream, size_t width, float *out) {
  float squares, aligned;
  REDUCE(squares, width, x[i] * x[i])
  REDUCE(aligned, width, x[i] * upstream[i])
  float scale = squares > 0 ? 1.0f / sqrtf(squares) : 0.0f;
  float along = squares > 0 ? aligned / squares : 0.0f;
  for (size_t i = 0; i < width; i++) out[i] = scale * (upstream[i] - along * x[i]);
}

static inline float quick_gelu_slope(float x) {
  float s = 1.0f / (1.0f + clip_exp1(-1.702f * x));
  return s * (1.0f + 1.702f * x * (1.0f - s));
}

// Phi(x) + x · phi(x).
static inline float gelu_slope(float x) {
  float bell;
  float tails = clip_two_tails(x, &bell);
  float below = x >= 0 ? 1.0f - 0.5f * tails : 0.5f * tails;
  return below + x * bell * 0.39894228040143268f;
}

CLIP_DISPATCHED
void clip_activation_slope(float *x, size_t count, int activation) {
  switch (activation) {
    case CLIP_QUICK_GELU:
      for (size_t i = 0; i < count; i++) x[i] = quick_gelu_slope(x[i]);
      break;
    case CLIP_GELU:
      for (size_t i = 0; i < count; i++) x[i] = gelu_slope(x[i]);
      break;
    case CLIP_RELU:
    case CLIP_RELU_OF_SUM:
      for (size_t i = 0; i < count; i++) x[i] = x[i] > 0 ? 1.0f : 0.0f;
      break;
    default:
      for (size_t i = 0; i < count; i++) x[i] = 1.0f;
  }
}

CLIP_DISPATCHED
void clip_multiply(const float *factor, float *x, size_t count) {
  for (size_t i = 0; i < count; i++) x[i] *= factor[i];
}

CLIP_DISPATCHED
void clip_keep_where_positive(const float *sign, float *x, size_t count) {
  for (size_t i = 0; i < count; i++) x[i] = sign[i] > 0 ? x[i] : 0.0f;
}

CLIP_DISPATCHED
void clip_put_transposed(const float *x, size_t rows, size_t columns, float *out, size_t stride,
                         int add) {
  enum { TILE = 16 };
  for (size_t top = 0; top < columns; top += TILE)
    for (size_t left = 0; left < rows; left += TILE) {
      size_t bottom = top + TILE < columns ? top + TILE : columns;
      size_t right = left + TILE < rows ? left + TILE : rows;
      for (size_t i = top; i < bottom; i++) {
        float *o = out + i * stride;
        if (add)
          for (size_t j = left; j < right; j++) o[j] += x[j * columns + i];
        else
          for (size_t j = left; j < right; j++) o[j] = x[j * columns + i];
      }
    }
}
