// Exports a second symbol beside the entry point: see exports_two_symbols.map.
#include "base.h"

extern "C" MORTISE_EXPORT const int gallery_version;
const int gallery_version = 1;

MORTISE_GALLERY_PLUGIN(Plugin);
