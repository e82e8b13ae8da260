/* open() finds no device. */
#include <mortise/mortise.h>
#include <string.h>

static mortise_status open_device(const mortise_provider_t* self, mortise_error_t* error) {
  (void)self;
  strcpy(error->message, "there is no /dev/npu0");
  return MORTISE_UNAVAILABLE;
}

#define BROKEN_OPEN open_device
#include "plugin.h"
