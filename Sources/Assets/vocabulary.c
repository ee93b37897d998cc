// What the tokenizer reads: CLIP's merges and HTML's character names.
#include "asset_vocabulary.h"

static const unsigned char merges[] = {
#embed "data/bpe_simple_vocab_16e6.txt.gz"
};

static const unsigned char entities[] = {
#embed "data/html-entities.txt"
};

AssetBytes asset_vocabulary(void) { return (AssetBytes){merges, sizeof merges}; }

AssetBytes asset_html_entities(void) { return (AssetBytes){entities, sizeof entities}; }
