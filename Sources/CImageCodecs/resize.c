// Inner loops of resizing. Sums of integers are the same in any order, so these may be vectorized freely and
// still give every bit of the plain double loop.
#include <stdlib.h>
#include <string.h>

#include "image_codecs.h"

#if defined(__x86_64__) && defined(__linux__)
#define CLIP_DISPATCHED __attribute__((target_clones("arch=x86-64-v3", "default")))
#else
#define CLIP_DISPATCHED
#endif

#define FRACTION_BITS 22
#define ROUNDING (1 << (FRACTION_BITS - 1))
#define BLOCK 8                // pixels of a row summed side by side
#define LANES (BLOCK * 3)      // their bytes: lane j belongs to channel j mod 3
#define ROWS 4                 // rows that share one reading of the weights
#define COLUMNS 1024           // sums of a vertical pass that stay in the first-level cache

static inline uint8_t clip8(int32_t sum) {
  int32_t value = sum >> FRACTION_BITS;
  return value < 0 ? 0 : value > 255 ? 255 : (uint8_t)value;
}

// Eight samples, as stored and widened. Written as vectors because compilers do not find them in the plain loop.
typedef uint8_t bytes8 __attribute__((vector_size(8), aligned(1)));
typedef int32_t sums8 __attribute__((vector_size(32), aligned(4)));

static inline __attribute__((always_inline)) void accumulate(sums8 *sums, const uint8_t *bytes,
                                                            const int32_t *weights) {
  bytes8 narrow;
  sums8 factor;
  memcpy(&narrow, bytes, sizeof narrow);
  memcpy(&factor, weights, sizeof factor);
  *sums += __builtin_convertvector(narrow, sums8) * factor;
}

// ROWS rows at once, so that each weight is loaded once for all. `in` has rows of `stride` bytes, readable for a
// block past their end; `weights` repeats each weight for the three channels and is zero from `taps` up to a whole
// number of blocks.
CLIP_DISPATCHED
static void horizontal_rows(const uint8_t *restrict in, size_t stride, const clip_resize_pass *restrict pass,
                            int blocks, const int32_t *restrict weights, uint8_t *const *out) {
  for (int o = 0; o < pass->outputs; o++) {
    const uint8_t *source = in + (size_t)pass->first[o] * 3;
    const int32_t *weight = weights + (size_t)o * blocks * LANES;
    sums8 a[ROWS] = {0}, b[ROWS] = {0}, c[ROWS] = {0};
    for (int k = 0; k < blocks; k++, source += LANES, weight += LANES)
      for (int r = 0; r < ROWS; r++) {
        accumulate(&a[r], source + r * stride, weight);
        accumulate(&b[r], source + r * stride + 8, weight + 8);
        accumulate(&c[r], source + r * stride + 16, weight + 16);
      }
    // Lane j of a, b, c is byte j, 8 + j, 16 + j of a block: channel j, j + 2, j + 1 modulo 3.
    for (int r = 0; r < ROWS; r++) {
      sums8 x = a[r], y = b[r], z = c[r];
      uint8_t *pixel = out[r] + (size_t)o * 3;
      pixel[0] = clip8(ROUNDING + x[0] + x[3] + x[6] + y[1] + y[4] + y[7] + z[2] + z[5]);
      pixel[1] = clip8(ROUNDING + x[1] + x[4] + x[7] + y[2] + y[5] + z[0] + z[3] + z[6]);
      pixel[2] = clip8(ROUNDING + x[2] + x[5] + y[0] + y[3] + y[6] + z[1] + z[4] + z[7]);
    }
  }
}

int clip_resize_horizontal(const uint8_t *in, int rows, int in_width, const clip_resize_pass *pass,
                           uint8_t *out) {
  int blocks = (pass->taps + BLOCK - 1) / BLOCK;
  size_t row_bytes = (size_t)in_width * 3;
  size_t stride = row_bytes + (size_t)blocks * LANES;
  uint8_t *padded = calloc(ROWS, stride);
  int32_t *weights = calloc((size_t)pass->outputs * blocks * LANES, sizeof *weights);
  if (!padded || !weights) {
    free(padded);
    free(weights);
    return 0;
  }
  for (int o = 0; o < pass->outputs; o++)
    for (int t = 0; t < pass->taps; t++)
      for (int c = 0; c < 3; c++)
        weights[(size_t)o * blocks * LANES + t * 3 + c] = pass->weights[(size_t)o * pass->taps + t];
  for (int y = 0; y < rows; y += ROWS) {
    uint8_t *targets[ROWS];
    for (int r = 0; r < ROWS; r++) {
      int row = y + r < rows ? y + r : rows - 1;  // the last group repeats the last row
      memcpy(padded + r * stride, in + row * row_bytes, row_bytes);
      targets[r] = out + (size_t)row * pass->outputs * 3;
    }
    horizontal_rows(padded, stride, pass, blocks, weights, targets);
  }
  free(padded);
  free(weights);
  return 1;
}

CLIP_DISPATCHED
void clip_resize_vertical(const uint8_t *restrict in, int row_bytes, const clip_resize_pass *restrict pass,
                          uint8_t *restrict out) {
  int32_t sums[COLUMNS];
  for (int o = 0; o < pass->outputs; o++) {
    const int32_t *weights = pass->weights + (size_t)o * pass->taps;
    for (int start = 0; start < row_bytes; start += COLUMNS) {
      int count = row_bytes - start < COLUMNS ? row_bytes - start : COLUMNS;
      for (int x = 0; x < count; x++) sums[x] = ROUNDING;
      for (int t = 0; t < pass->taps; t++) {
        if (weights[t] == 0) continue;
        const uint8_t *row = in + (size_t)(pass->first[o] + t) * row_bytes + start;
        for (int x = 0; x < count; x++) sums[x] += row[x] * weights[t];
      }
      uint8_t *target = out + (size_t)o * row_bytes + start;
      for (int x = 0; x < count; x++) target[x] = clip8(sums[x]);
    }
  }
}

CLIP_DISPATCHED
void clip_resample_axis(const float *restrict in, int outer, int inputs, int inner, int outputs, int taps,
                        const int32_t *restrict index, const float *restrict weights, float *restrict out) {
  for (int u = 0; u < outer; u++) {
    const float *plane = in + (size_t)u * inputs * inner;
    for (int o = 0; o < outputs; o++) {
      float *target = out + ((size_t)u * outputs + o) * inner;
      const int32_t *indices = index + (size_t)o * taps;
      const float *weight = weights + (size_t)o * taps;
      if (inner == 1) {
        float sum = plane[indices[0]] * weight[0];
        for (int t = 1; t < taps; t++) sum += plane[indices[t]] * weight[t];
        target[0] = sum;
        continue;
      }
      for (int t = 0; t < taps; t++) {
        const float *row = plane + (size_t)indices[t] * inner;
        if (t == 0)
          for (int x = 0; x < inner; x++) target[x] = row[x] * weight[0];
        else
          for (int x = 0; x < inner; x++) target[x] += row[x] * weight[t];
      }
    }
  }
}

CLIP_DISPATCHED
void clip_convolve_row(const float *restrict in, int count, int step, int taps, const float *restrict weights,
                       float *restrict out) {
  for (int x = 0; x < count; x++) out[x] = in[x] * weights[0];
  for (int t = 1; t < taps; t++) {
    const float *shifted = in + (size_t)t * step;
    for (int x = 0; x < count; x++) out[x] += shifted[x] * weights[t];
  }
}
