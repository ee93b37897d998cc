// The standard library's sources. A new file in stdlib/ needs two entries here: its bytes
// and its row in `modules`, which is sorted by name.
#include "asset_stdlib.h"

static const unsigned char prompts[] = {
#embed "../../stdlib/prompts.clip"
};

static const unsigned char similarity[] = {
#embed "../../stdlib/similarity.clip"
};

#define MODULE(name) {#name, {name, sizeof name}}

static const AssetModule modules[] = {
    MODULE(prompts),
    MODULE(similarity),
};

size_t asset_stdlib_count(void) { return sizeof modules / sizeof modules[0]; }

AssetModule asset_stdlib_module(size_t index) { return modules[index]; }
