#define _GNU_SOURCE
#include "kernels.h"
#include <stdlib.h>
#include <sys/mman.h>

enum { HUGE_PAGE = 2 << 20 };

void *clip_allocate(size_t bytes) {
  if (bytes < 2 * (size_t)HUGE_PAGE) return aligned_alloc(64, (bytes + 63) / 64 * 64);
  size_t whole = (bytes + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
  void *memory = aligned_alloc(HUGE_PAGE, whole);
  if (memory) madvise(memory, whole, MADV_HUGEPAGE);
  return memory;
}
