#pragma once
#include "asset_bytes.h"

/// CLIP's merge list as OpenAI published it: gzip of a text file, a header line and
/// then one merge a line, of which the first 48,894 are the vocabulary.
AssetBytes asset_vocabulary(void);

/// The named character references of HTML 5, sorted by name as bytes, one a line:
/// `Aacute C1` (hexadecimal code points), with `*` after names that also count without
/// their semicolon.
AssetBytes asset_html_entities(void);
