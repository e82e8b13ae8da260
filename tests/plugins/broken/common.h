/* A complete, harmless plugin in pieces. Each broken plugin includes this and replaces one piece by a fault. */
#pragma once

#include <mortise/mortise.h>

#ifdef __cplusplus
#define BROKEN_UNUSED [[maybe_unused]] static
#else
#define BROKEN_UNUSED __attribute__((unused)) static
#endif

BROKEN_UNUSED const mortise_provider_descriptor_t good_descriptor = {
    .id = "org.mortise.test.good",
    .name = "Good",
    .vendor = "Mortise",
    .version = "1.0.0",
    .description = "Claims nothing.",
    .options_schema = "{}",
    .concurrency = MORTISE_CONCURRENCY_SERIAL_PROVIDER,
};

BROKEN_UNUSED mortise_status good_open(const mortise_provider_t* provider, mortise_error_t* error) {
  (void)provider, (void)error;
  return MORTISE_OK;
}
BROKEN_UNUSED void good_close(const mortise_provider_t* provider) { (void)provider; }
BROKEN_UNUSED void good_destroy(const mortise_provider_t* provider) { (void)provider; }
BROKEN_UNUSED void good_describe(const mortise_provider_t* provider, char* buffer, uint64_t size) {
  (void)provider;
  if (size > 0) buffer[0] = '\0';
}
BROKEN_UNUSED mortise_status good_claim(const mortise_provider_t* provider, const mortise_graph_t* graph,
                                        const mortise_claim_sink_t* sink, mortise_error_t* error) {
  (void)provider, (void)graph, (void)sink, (void)error;
  return MORTISE_OK;
}
BROKEN_UNUSED mortise_status good_compile(const mortise_provider_t* provider, const mortise_compile_request_t* request,
                                          const mortise_session_t** session, mortise_error_t* error) {
  (void)provider, (void)request, (void)error;
  *session = NULL;
  return MORTISE_UNIMPLEMENTED;
}
BROKEN_UNUSED const void* good_get_extension(const mortise_provider_t* provider, const char* id) {
  (void)provider, (void)id;
  return NULL;
}

BROKEN_UNUSED const mortise_provider_t good_provider = {
    .descriptor = &good_descriptor,
    .provider_data = NULL,
    .open = good_open,
    .close = good_close,
    .destroy = good_destroy,
    .describe = good_describe,
    .claim = good_claim,
    .compile = good_compile,
    .get_extension = good_get_extension,
};

BROKEN_UNUSED uint32_t good_count(const mortise_provider_factory_t* factory) {
  (void)factory;
  return 1;
}
BROKEN_UNUSED const mortise_provider_descriptor_t* good_get_descriptor(const mortise_provider_factory_t* factory,
                                                                       uint32_t index) {
  (void)factory;
  return index == 0 ? &good_descriptor : NULL;
}
BROKEN_UNUSED mortise_status good_create(const mortise_provider_factory_t* factory, const mortise_host_t* host,
                                         const char* id, const char* options, const mortise_provider_t** provider,
                                         mortise_error_t* error) {
  (void)factory, (void)host, (void)id, (void)options, (void)error;
  *provider = &good_provider;
  return MORTISE_OK;
}

BROKEN_UNUSED const mortise_provider_factory_t good_factory = {
    .count = good_count, .descriptor = good_get_descriptor, .create = good_create};

BROKEN_UNUSED mortise_status good_init(const char* path, mortise_error_t* error) {
  (void)path, (void)error;
  return MORTISE_OK;
}
BROKEN_UNUSED void good_deinit(void) {}
BROKEN_UNUSED const void* good_get_factory(const char* id) {
  (void)id;
  return &good_factory;
}
