// The font that pictures are labelled with: DejaVu Sans 2.37, unchanged. Its licence is in NOTICE.
#pragma once
#include <stddef.h>
#include <stdint.h>

// A TrueType file; `size` receives its length in bytes.
const uint8_t *clip_asset_font(size_t *size);
