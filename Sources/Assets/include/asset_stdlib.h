#pragma once
#include "asset_bytes.h"

/// One module of the standard library, imported as `std.<name>`.
typedef struct {
  /// The name after `std.`, zero-terminated ASCII.
  const char *_Nonnull name;
  /// The source, UTF-8.
  AssetBytes text;
} AssetModule;

/// How many modules there are.
size_t asset_stdlib_count(void);

/// The module at `index`, in the order of their names; `index` must be below the count.
AssetModule asset_stdlib_module(size_t index);
