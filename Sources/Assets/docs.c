// The pages of the manual, in its order. A new file in docs/ needs two entries here: its
// bytes and its row in `pages`.
#include "asset_docs.h"

static const unsigned char tour[] = {
#embed "../../docs/tour.md"
};

static const unsigned char language[] = {
#embed "../../docs/language.md"
};

static const unsigned char repl[] = {
#embed "../../docs/repl.md"
};

static const unsigned char formatting[] = {
#embed "../../docs/formatting.md"
};

static const unsigned char methods[] = {
#embed "../../docs/methods.md"
};

static const unsigned char evaluation[] = {
#embed "../../docs/evaluation.md"
};

static const unsigned char figures[] = {
#embed "../../docs/figures.md"
};

static const unsigned char recipes[] = {
#embed "../../docs/recipes.md"
};

static const unsigned char reports[] = {
#embed "../../docs/reports.md"
};

static const unsigned char checkpoints[] = {
#embed "../../docs/checkpoints.md"
};

static const unsigned char command_line[] = {
#embed "../../docs/command-line.md"
};

static const unsigned char terminal[] = {
#embed "../../docs/terminal.md"
};

static const AssetPage pages[] = {
    {"tour", {tour, sizeof tour}},
    {"language", {language, sizeof language}},
    {"repl", {repl, sizeof repl}},
    {"formatting", {formatting, sizeof formatting}},
    {"methods", {methods, sizeof methods}},
    {"evaluation", {evaluation, sizeof evaluation}},
    {"figures", {figures, sizeof figures}},
    {"recipes", {recipes, sizeof recipes}},
    {"reports", {reports, sizeof reports}},
    {"checkpoints", {checkpoints, sizeof checkpoints}},
    {"command-line", {command_line, sizeof command_line}},
    {"terminal", {terminal, sizeof terminal}},
};

size_t asset_docs_count(void) { return sizeof pages / sizeof pages[0]; }

AssetPage asset_docs_page(size_t index) { return pages[index]; }
