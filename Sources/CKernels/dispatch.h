#pragma once
// A function marked CLIP_DISPATCHED is compiled for the baseline and for newer x86-64 processors
// (AVX2 and FMA, AVX-512); the loader picks one. Elsewhere it is compiled once.
#if defined(__x86_64__) && defined(__linux__)
#define CLIP_DISPATCHED __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CLIP_DISPATCHED
#endif

// The number of partial sums kept by every reduction.
enum { CLIP_LANES = 16 };
