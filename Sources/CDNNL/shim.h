#pragma once
#include <dlfcn.h>
#include <dnnl.h>
#include <stddef.h>

// oneDNN divides a product among OpenMP's threads unless told otherwise; OpenMP keeps that number
// per thread, and its library has no development package of its own to link.
static inline void clip_keep_products_on_this_thread(void) {
  static __thread int is_done = 0;
  if (is_done) return;
  is_done = 1;
  void (*set_threads)(int) = (void (*)(int))dlsym(NULL, "omp_set_num_threads");
  if (set_threads) set_threads(1);
}
