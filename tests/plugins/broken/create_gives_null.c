/* create() reports success without a provider. */
#include <mortise/mortise.h>

static mortise_status create(const mortise_provider_factory_t* self, const mortise_host_t* host, const char* id,
                             const char* options, const mortise_provider_t** provider, mortise_error_t* error) {
  (void)self, (void)host, (void)id, (void)options, (void)error;
  *provider = NULL;
  return MORTISE_OK;
}

#define BROKEN_CREATE create
#include "plugin.h"
