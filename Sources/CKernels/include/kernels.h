// Inner loops over float rows. Each has a portable form; where it pays, the compiler makes a second
// one for newer processors and the loader picks (CLIP_DISPATCHED). Naive references of all of them
// live in Tests/TensorsTests and are compared on random input.
#pragma once
#include <stddef.h>
#include <stdint.h>

// The number of processors this process may run on.
int clip_available_processors(void);
