#pragma once
#include "asset_bytes.h"

/// The built-in model: gzip of a safetensors file in OpenAI's layout, half precision.
AssetBytes asset_emoji_clip(void);

/// What the built-in model knows, how it was trained and how well it does: Markdown.
AssetBytes asset_emoji_clip_card(void);
