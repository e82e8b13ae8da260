// Breaks no rule, and offers an extension.
#include "operators.h"

MORTISE_GALLERY_PLUGIN(OperatorsPlugin);
