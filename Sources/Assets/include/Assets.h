// All of this module. A new header is included here: compilers keep modules, and would not notice a
// file that merely appears beside the others.
#pragma once
#include "asset_bytes.h"
#include "asset_docs.h"
#include "asset_font.h"
#include "asset_model.h"
#include "asset_stdlib.h"
#include "asset_vocabulary.h"
