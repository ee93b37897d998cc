#define _GNU_SOURCE
#include "kernels.h"
#include <sched.h>
#include <unistd.h>

int clip_available_processors(void) {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) {
    int count = CPU_COUNT(&set);
    if (count > 0) return count;
  }
  long online = sysconf(_SC_NPROCESSORS_ONLN);
  return online > 0 ? (int)online : 1;
}

static _Thread_local int is_worker;
int clip_is_worker(void) { return is_worker; }
void clip_set_worker(int value) { is_worker = value; }
