#pragma once
#include <stddef.h>

/// Read-only bytes that are part of the binary; they live as long as the process.
typedef struct {
  const unsigned char *_Nonnull bytes;
  size_t count;
} AssetBytes;
