// The standard library's sources. A new file in stdlib/ needs two entries here: its bytes
// and its row in `modules`, which is sorted by name.
#include "asset_stdlib.h"

static const unsigned char ablation[] = {
#embed "../../stdlib/ablation.clip"
};

static const unsigned char colors[] = {
#embed "../../stdlib/colors.clip"
};

static const unsigned char explain[] = {
#embed "../../stdlib/explain.clip"
};

static const unsigned char labelsets[] = {
#embed "../../stdlib/labelsets.clip"
};

static const unsigned char prompts[] = {
#embed "../../stdlib/prompts.clip"
};

static const unsigned char sanity[] = {
#embed "../../stdlib/sanity.clip"
};

static const unsigned char similarity[] = {
#embed "../../stdlib/similarity.clip"
};

static const unsigned char tables[] = {
#embed "../../stdlib/tables.clip"
};

static const unsigned char thresholds[] = {
#embed "../../stdlib/thresholds.clip"
};

#define MODULE(name) {#name, {name, sizeof name}}

static const AssetModule modules[] = {
    MODULE(ablation), MODULE(colors), MODULE(explain), MODULE(labelsets), MODULE(prompts),
    MODULE(sanity), MODULE(similarity), MODULE(tables), MODULE(thresholds),
};

size_t asset_stdlib_count(void) { return sizeof modules / sizeof modules[0]; }

AssetModule asset_stdlib_module(size_t index) { return modules[index]; }
