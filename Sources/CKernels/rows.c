#include "dispatch.h"
#include "exponential.h"
#include "kernels.h"
#include "reduce.h"
#include <math.h>

CLIP_DISPATCHED
void clip_layer_norm(const float *x, const float *weight, const float *bias, float epsilon,
                     size_t rows, size_t width, float *out) {
  for (size_t r = 0; r < rows; r++) {
    const float *row = x + r * width;
    float *o = out + r * width;
    float sum, squares;
    REDUCE(sum, width, row[i])
    float mean = sum / (float)width;
    REDUCE(squares, width, (row[i] - mean) * (row[i] - mean))
    float scale = 1.0f / sqrtf(squares / (float)width + epsilon);
    for (size_t i = 0; i < width; i++) o[i] = (row[i] - mean) * scale * weight[i] + bias[i];
  }
}

CLIP_DISPATCHED
void clip_softmax(float *x, size_t count) {
  if (count == 0) return;
  float maxima[CLIP_LANES];
  for (int j = 0; j < CLIP_LANES; j++) maxima[j] = -INFINITY;
  size_t whole = count / CLIP_LANES * CLIP_LANES;
  for (size_t base = 0; base < whole; base += CLIP_LANES)
    for (size_t j = 0; j < CLIP_LANES; j++) {
      float v = x[base + j];
      maxima[j] = v > maxima[j] ? v : maxima[j];
    }
  float top = -INFINITY;
  for (size_t i = whole; i < count; i++) top = x[i] > top ? x[i] : top;
  for (int j = 0; j < CLIP_LANES; j++) top = maxima[j] > top ? maxima[j] : top;
  if (top == -INFINITY) {
    for (size_t i = 0; i < count; i++) x[i] = 1.0f / (float)count;
    return;
  }
  for (size_t i = 0; i < count; i++) x[i] = clip_exp1(x[i] - top);
  float sum;
  REDUCE(sum, count, x[i])
  float scale = 1.0f / sum;
  for (size_t i = 0; i < count; i++) x[i] *= scale;
}

CLIP_DISPATCHED
void clip_normalize_rows(const float *x, size_t rows, size_t width, float *out) {
  for (size_t r = 0; r < rows; r++) {
    const float *row = x + r * width;
    float *o = out + r * width;
    float squares;
    REDUCE(squares, width, row[i] * row[i])
    float scale = squares > 0 ? 1.0f / sqrtf(squares) : 0.0f;
    for (size_t i = 0; i < width; i++) o[i] = row[i] * scale;
  }
}

CLIP_DISPATCHED
float clip_dot(const float *x, const float *y, size_t count) {
  float total;
  REDUCE(total, count, x[i] * y[i])
  return total;
}

CLIP_DISPATCHED
void clip_add_scaled(float a, const float *x, float *y, size_t count) {
  for (size_t i = 0; i < count; i++) y[i] += a * x[i];
}

CLIP_DISPATCHED
void clip_add_positive(const float *x, float *y, size_t count) {
  for (size_t i = 0; i < count; i++) y[i] += x[i] > 0 ? x[i] : 0;
}

CLIP_DISPATCHED
void clip_add_positive_products(float a, const float *x, const float *factor, float *y,
                                size_t count) {
  for (size_t i = 0; i < count; i++) {
    const float product = x[i] * factor[i];
    y[i] += a * (product > 0 ? product : 0);
  }
}
