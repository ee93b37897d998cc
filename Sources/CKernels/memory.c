#include "kernels.h"
#include <stdlib.h>

void *clip_allocate(size_t bytes) { return aligned_alloc(64, (bytes + 63) / 64 * 64); }
