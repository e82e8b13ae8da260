/* compile() reports success without a session. */
#include "common.h"

static mortise_status compile(const mortise_provider_t* self, const mortise_compile_request_t* request,
                              const mortise_session_t** session, mortise_error_t* error) {
  (void)self, (void)request, (void)error;
  *session = NULL;
  return MORTISE_OK;
}
static const mortise_provider_t broken = {
    .descriptor = &good_descriptor,
    .open = good_open,
    .close = good_close,
    .destroy = good_destroy,
    .describe = good_describe,
    .claim = good_claim,
    .compile = compile,
    .get_extension = good_get_extension,
};
static mortise_status create(const mortise_provider_factory_t* self, const mortise_host_t* host, const char* id,
                             const char* options, const mortise_provider_t** provider, mortise_error_t* error) {
  (void)self, (void)host, (void)id, (void)options, (void)error;
  *provider = &broken;
  return MORTISE_OK;
}
static const mortise_provider_factory_t factory = {
    .count = good_count, .descriptor = good_get_descriptor, .create = create};

static const void* get_factory(const char* id) {
  (void)id;
  return &factory;
}

MORTISE_EXPORT const mortise_plugin_entry_t mortise_entry = {
    .abi_version = MORTISE_VERSION_INIT, .init = good_init, .deinit = good_deinit, .get_factory = get_factory};
