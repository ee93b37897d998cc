// Stored weights to float: half, bfloat16, double and integers. All are exact except double → float
// and large integers → float, which round to nearest, ties to even. Sources may be unaligned: tensors
// start at any byte of a mapped file.
#include "kernels.h"
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// IEEE 754 binary16: 1 sign, 5 exponent (bias 15), 10 fraction bits.
static inline float half_to_float(uint16_t half) {
  const uint32_t sign = (uint32_t)(half & 0x8000) << 16;
  const uint32_t magnitude = half & 0x7fff;
  uint32_t bits;
  if (magnitude >= 0x7c00) {  // infinity, NaN (made quiet, as the processor does)
    bits = 0x7f800000u | (magnitude & 0x3ff) << 13;
    if (magnitude > 0x7c00) bits |= 0x00400000u;
  } else if (magnitude >= 0x0400) {  // normal: rebias the exponent by 127 - 15
    bits = (magnitude << 13) + (112u << 23);
  } else {  // zero and subnormal: fraction × 2^-24
    const float value = (float)magnitude * 0x1p-24f;
    memcpy(&bits, &value, sizeof bits);
  }
  bits |= sign;
  float result;
  memcpy(&result, &bits, sizeof result);
  return result;
}

void clip_half_to_float_portable(const void *from, float *to, size_t count) {
  const uint8_t *source = from;
  for (size_t i = 0; i < count; i++) {
    uint16_t half;
    memcpy(&half, source + 2 * i, sizeof half);
    to[i] = half_to_float(half);
  }
}

#if defined(__x86_64__)
__attribute__((target("avx2,f16c")))
static void half_to_float_f16c(const void *from, float *to, size_t count) {
  const uint8_t *source = from;
  size_t i = 0;
  for (; i + 16 <= count; i += 16) {
    const __m128i low = _mm_loadu_si128((const __m128i *)(source + 2 * i));
    const __m128i high = _mm_loadu_si128((const __m128i *)(source + 2 * i + 16));
    _mm256_storeu_ps(to + i, _mm256_cvtph_ps(low));
    _mm256_storeu_ps(to + i + 8, _mm256_cvtph_ps(high));
  }
  clip_half_to_float_portable(source + 2 * i, to + i, count - i);
}
#endif

void clip_half_to_float(const void *from, float *to, size_t count) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("f16c")) {
    half_to_float_f16c(from, to, count);
    return;
  }
#endif
  clip_half_to_float_portable(from, to, count);
}

// bfloat16 is the upper half of a float.
void clip_bfloat16_to_float(const void *from, float *to, size_t count) {
  const uint8_t *source = from;
  for (size_t i = 0; i < count; i++) {
    uint16_t upper;
    memcpy(&upper, source + 2 * i, sizeof upper);
    const uint32_t bits = (uint32_t)upper << 16;
    memcpy(to + i, &bits, sizeof bits);
  }
}

#define CONVERSION(name, type)                                      \
  void name(const void *from, float *to, size_t count) {            \
    const uint8_t *source = from;                                   \
    for (size_t i = 0; i < count; i++) {                            \
      type value;                                                   \
      memcpy(&value, source + sizeof(type) * i, sizeof value);      \
      to[i] = (float)value;                                         \
    }                                                               \
  }

CONVERSION(clip_double_to_float, double)
CONVERSION(clip_int64_to_float, int64_t)
CONVERSION(clip_int32_to_float, int32_t)
CONVERSION(clip_int16_to_float, int16_t)
CONVERSION(clip_int8_to_float, int8_t)
CONVERSION(clip_uint8_to_float, uint8_t)
