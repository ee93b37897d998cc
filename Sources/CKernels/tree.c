#include "dispatch.h"
#include "kernels.h"

CLIP_DISPATCHED
void clip_path_attention(const float *query, const float *own, const float *shared, size_t stride,
                         const int32_t *path, size_t length, size_t heads, size_t head_width,
                         float scale, float *scores, float *out) {
  size_t width = heads * head_width;
  for (size_t h = 0; h < heads; h++) {
    const float *q = query + h * head_width;
    float *o = out + h * head_width;
    for (size_t i = 0; i < length; i++) {
      const float *row = path[i] >= 0 ? own + (size_t)path[i] * stride
                                      : shared + (size_t)(-1 - path[i]) * stride;
      scores[i] = scale * clip_dot(q, row + width + h * head_width, head_width);
    }
    clip_softmax(scores, length);
    for (size_t j = 0; j < head_width; j++) o[j] = 0;
    for (size_t i = 0; i < length; i++) {
      const float *row = path[i] >= 0 ? own + (size_t)path[i] * stride
                                      : shared + (size_t)(-1 - path[i]) * stride;
      clip_add_scaled(scores[i], row + 2 * width + h * head_width, o, head_width);
    }
  }
}
