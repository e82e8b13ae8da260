/* claim() throws across the C boundary; compile() leaves the error record alone. */
#include "common.h"

#include <stdexcept>

static mortise_status claim(const mortise_provider_t*, const mortise_graph_t*, const mortise_claim_sink_t*,
                            mortise_error_t*) {
  throw std::runtime_error("out of luck");
}
static const mortise_provider_t broken = {
    .descriptor = &good_descriptor,
    .provider_data = nullptr,
    .open = good_open,
    .close = good_close,
    .destroy = good_destroy,
    .describe = good_describe,
    .claim = claim,
    .compile = good_compile,
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

extern "C" MORTISE_EXPORT const mortise_plugin_entry_t mortise_entry = {
    .abi_version = MORTISE_VERSION_INIT, .init = good_init, .deinit = good_deinit, .get_factory = get_factory};
