#pragma once
#include <math.h>
#include <stdint.h>
#include <string.h>

// e^x = 2^n · e^r with n = round(x·log2 e), |r| <= ln2/2, and e^r by its Taylor series to r^7
// (remainder below 4e-9). Written without branches or calls so that loops around it vectorize.
static inline float clip_exp1(float x) {
  const float log2e = 1.44269504088896341f;
  const float ln2_high = 0.693359375f, ln2_low = -2.12194440e-4f;
  const float shift = 12582912.0f;  // 1.5 * 2^23: adding it rounds to an integer
  float bounded = x < -87.3f ? -87.3f : (x > 88.3f ? 88.3f : x);
  float n = (bounded * log2e + shift) - shift;
  float r = (bounded - n * ln2_high) - n * ln2_low;
  float p = 1.0f / 5040;
  p = p * r + 1.0f / 720;
  p = p * r + 1.0f / 120;
  p = p * r + 1.0f / 24;
  p = p * r + 1.0f / 6;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  int32_t bits = ((int32_t)n + 127) << 23;
  float power;
  memcpy(&power, &bits, sizeof power);
  float y = p * power;
  return x < -87.3f ? 0.0f : y;
}

// 1 - erf(|x| / sqrt(2)), twice the normal distribution's tail, by Abramowitz & Stegun 7.1.26 (absolute
// error 1.5e-7); `bell` = e^(-x²/2), which callers have another use for.
static inline float clip_two_tails(float x, float *bell) {
  float z = fabsf(x) * 0.70710678118654752f;
  float t = 1.0f / (1.0f + 0.3275911f * z);
  float p = 1.061405429f;
  p = p * t - 1.453152027f;
  p = p * t + 1.421413741f;
  p = p * t - 0.284496736f;
  p = p * t + 0.254829592f;
  *bell = clip_exp1(-z * z);
  return p * t * *bell;
}
