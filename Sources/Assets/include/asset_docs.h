#pragma once
#include "asset_bytes.h"

/// One page of `docs/`.
typedef struct {
  /// The file's name without its ending, zero-terminated ASCII.
  const char *_Nonnull name;
  /// Markdown, UTF-8.
  AssetBytes text;
} AssetPage;

/// How many pages there are.
size_t asset_docs_count(void);

/// The page at `index`, in the order of the manual; `index` must be below the count.
AssetPage asset_docs_page(size_t index);
