// Inner loops over float rows. Each has a portable form; where it pays, the compiler makes a second
// one for newer processors and the loader picks (CLIP_DISPATCHED). Naive references of all of them
// live in Tests/TensorsTests and are compared on random input.
#pragma once
#include <stddef.h>
#include <stdint.h>

// The number of processors this process may run on.
int clip_available_processors(void);

// Stored weights to float (half.c). `from` may have any alignment; `to` holds `count` floats.
void clip_half_to_float(const void *from, float *to, size_t count);
// The same in plain C, on any processor.
void clip_half_to_float_portable(const void *from, float *to, size_t count);
void clip_bfloat16_to_float(const void *from, float *to, size_t count);
void clip_double_to_float(const void *from, float *to, size_t count);
void clip_int64_to_float(const void *from, float *to, size_t count);
void clip_int32_to_float(const void *from, float *to, size_t count);
void clip_int16_to_float(const void *from, float *to, size_t count);
void clip_int8_to_float(const void *from, float *to, size_t count);
void clip_uint8_to_float(const void *from, float *to, size_t count);

// SHA-256 (sha256.c): FIPS 180-4.
typedef struct {
  uint32_t state[8];
  uint64_t length;     // bytes seen
  uint8_t pending[64]; // bytes of an unfinished block
} clip_sha256;
void clip_sha256_begin(clip_sha256 *hash);
void clip_sha256_add(clip_sha256 *hash, const void *bytes, size_t count);
void clip_sha256_finish(clip_sha256 *hash, uint8_t digest[32]);
