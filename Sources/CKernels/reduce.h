#pragma once
// Sums over sixteen fixed lanes: every processor adds in the same order and gives the same bits.
#include "dispatch.h"
#include <stddef.h>

// Adds the lanes in a fixed tree.
static inline float fold(const float *lanes) {
  float sums[CLIP_LANES];
  for (int i = 0; i < CLIP_LANES; i++) sums[i] = lanes[i];
  for (int half = CLIP_LANES / 2; half > 0; half /= 2)
    for (int i = 0; i < half; i++) sums[i] += sums[i + half];
  return sums[0];
}

// REDUCE(total, count, term): total = the sum over i < count of `term`, in lanes.
#define REDUCE(total, count, term)                                  \
  {                                                                 \
    float lanes[CLIP_LANES] = {0};                                  \
    size_t whole = (count) / CLIP_LANES * CLIP_LANES;               \
    for (size_t base = 0; base < whole; base += CLIP_LANES)         \
      for (size_t j = 0; j < CLIP_LANES; j++) {                     \
        size_t i = base + j;                                        \
        lanes[j] += (term);                                         \
      }                                                             \
    for (size_t i = whole; i < (count); i++) lanes[i - whole] += (term); \
    total = fold(lanes);                                            \
  }
