// Inner loops over float rows. Each has a portable form; where it pays, the compiler makes a second
// one for newer processors and the loader picks (CLIP_DISPATCHED). Naive references of all of them
// live in Tests/TensorsTests and are compared on random input.
#pragma once
#include <stddef.h>
#include <stdint.h>

// The number of processors this process may run on.
int clip_available_processors(void);

// Whether the calling thread is already one of several workers: work begun there stays there.
int clip_is_worker(void);
void clip_set_worker(int is_worker);

// Memory for `bytes` bytes, aligned to 64. NULL where there is none left. Freed by `free`.
void *clip_allocate(size_t bytes);

// Row operations (rows.c, activations.c) ---------------------------------------------------------
// Sums run over sixteen fixed lanes, so every processor adds in the same order and gives the same
// bits; products and sums are never fused for the same reason.

// out = (x - mean) / sqrt(variance + epsilon) * weight + bias, for each of `rows` rows of `width`.
// `out` may be `x`. Mean and (biased) variance in float32 lanes, two passes.
void clip_layer_norm(const float *x, const float *weight, const float *bias, float epsilon,
                     size_t rows, size_t width, float *out);

// Softmax over x[0..<count] in place: exp(x - max) / sum. A row of -inf becomes uniform.
void clip_softmax(float *x, size_t count);

// Divides each row by its Euclidean norm; rows of norm zero stay zero. `out` may be `x`.
void clip_normalize_rows(const float *x, size_t rows, size_t width, float *out);

// The sum of x[i] * y[i].
float clip_dot(const float *x, const float *y, size_t count);

// y += a * x
void clip_add_scaled(float a, const float *x, float *y, size_t count);

// y += max(x, 0)
void clip_add_positive(const float *x, float *y, size_t count);

// y += a * max(x * factor, 0)
void clip_add_positive_products(float a, const float *x, const float *factor, float *y,
                                size_t count);

// x = exp(x), relative error below 3e-7 on the normal range; 0 below -87, saturates above 88.
void clip_exp(float *x, size_t count);

// What follows a matrix product, on a block of rows `stride` apart: adds `bias` (or nothing where
// it is null), applies the activation, adds `residual` (same stride; or nothing where null).
// CLIP_RELU_OF_SUM applies after the residual, as residual networks do.
enum { CLIP_IDENTITY = 0, CLIP_QUICK_GELU = 1, CLIP_GELU = 2, CLIP_RELU = 3, CLIP_RELU_OF_SUM = 4 };
void clip_bias_activation(float *x, size_t rows, size_t width, size_t stride, const float *bias,
                          int activation, const float *residual);

// Gradients with respect to the input (backward.c) -------------------------------------------------
// `upstream` is the gradient with respect to the output. One row at a time, because one row of a
// forward pass often has the gradients of many scores. `out` may be `upstream`.

// Of clip_layer_norm: out = gradient (+ add, where it is not null).
void clip_layer_norm_backward(const float *x, const float *weight, float epsilon,
                              const float *upstream, const float *add, size_t width, float *out);

// Of the scores z of y = softmax(scale * z): out = scale * y * (upstream - sum(y * upstream)).
void clip_softmax_backward(const float *y, const float *upstream, float scale, size_t count,
                           float *out);

// Of clip_normalize_rows.
void clip_normalize_backward(const float *x, const float *upstream, size_t width, float *out);

// x = the activation's derivative at x.
void clip_activation_slope(float *x, size_t count, int activation);

// x *= factor
void clip_multiply(const float *factor, float *x, size_t count);

// out (columns rows, `stride` apart) = or += the transpose of x [rows, columns].
void clip_put_transposed(const float *x, size_t rows, size_t columns, float *out, size_t stride,
                         int add);

// x = 0 where sign <= 0: the gradient through a ReLU whose output is `sign`.
void clip_keep_where_positive(const float *sign, float *x, size_t count);

// Attention along a path of a prompt tree (tree.c) -------------------------------------------------
// One query row against the keys and values of its ancestors and itself: `path[i]` >= 0 is a row of
// `own`, otherwise row -1 - path[i] of `shared`; rows are `stride` apart, keys at column `width`,
// values at column 2 * width of the joint projection. `scores` has room for `length` floats.
void clip_path_attention(const float *query, const float *own, const float *shared, size_t stride,
                         const int32_t *path, size_t length, size_t heads, size_t head_width,
                         float scale, float *scores, float *out);

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
