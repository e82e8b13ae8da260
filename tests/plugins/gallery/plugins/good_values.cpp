// Breaks no rule, and offers an extension.
#include "values.h"

MORTISE_GALLERY_PLUGIN(ValuesPlugin);
