// The built-in model and its card.
#include "asset_model.h"

static const unsigned char weights[] = {
#embed "data/emoji-clip.safetensors.gz"
};

static const unsigned char card[] = {
#embed "data/emoji-clip.md"
};

AssetBytes asset_emoji_clip(void) { return (AssetBytes){weights, sizeof weights}; }

AssetBytes asset_emoji_clip_card(void) { return (AssetBytes){card, sizeof card}; }
