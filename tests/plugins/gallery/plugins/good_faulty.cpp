// Breaks no rule, and has the options of the faults suite.
#include "faults.h"

MORTISE_GALLERY_PLUGIN(FaultyPlugin);
