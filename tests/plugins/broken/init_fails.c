/* init() reports an error. */
#include <mortise/mortise.h>
#include <string.h>

static mortise_status init(const char* path, mortise_error_t* error) {
  (void)path;
  strcpy(error->message, "the driver's kernel module is not loaded");
  return MORTISE_UNAVAILABLE;
}

#define BROKEN_INIT init
#include "plugin.h"
