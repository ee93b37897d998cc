#include "asset_font.h"

static const uint8_t font[] = {
#embed "data/DejaVuSans.ttf"
};

const uint8_t *clip_asset_font(size_t *size) {
  *size = sizeof font;
  return font;
}
