/* The rest of a harmless plugin, included last: every BROKEN_* macro that a plugin has defined before replaces one
   piece, a function or a value, by its own. The provider claims nothing unless BROKEN_CLAIM says otherwise. */
#pragma once

#include <mortise/mortise.h>

#ifdef __cplusplus
#define HARMLESS [[maybe_unused]] static
#define BROKEN_EXPORT extern "C" MORTISE_EXPORT
#else
#define HARMLESS __attribute__((unused)) static
#define BROKEN_EXPORT MORTISE_EXPORT
#endif

#ifndef BROKEN_ID
#define BROKEN_ID "org.mortise.test.plugin"
#endif
#ifndef BROKEN_SCHEMA
#define BROKEN_SCHEMA "{}"
#endif
#ifndef BROKEN_CONCURRENCY
#define BROKEN_CONCURRENCY MORTISE_CONCURRENCY_SERIAL_PROVIDER
#endif
HARMLESS const mortise_provider_descriptor_t harmless_descriptor = {
    .id = BROKEN_ID,
    .name = "Broken",
    .vendor = "Mortise",
    .version = "1.0.0",
    .description = "Breaks one rule, if any.",
    .options_schema = BROKEN_SCHEMA,
    .concurrency = BROKEN_CONCURRENCY,
};

HARMLESS mortise_status harmless_open(const mortise_provider_t* provider, mortise_error_t* error) {
  (void)provider, (void)error;
  return MORTISE_OK;
}
HARMLESS void harmless_close(const mortise_provider_t* provider) { (void)provider; }
HARMLESS void harmless_destroy(const mortise_provider_t* provider) { (void)provider; }
HARMLESS void harmless_describe(const mortise_provider_t* provider, char* buffer, uint64_t size) {
  (void)provider;
  if (size > 0) buffer[0] = '\0';
}
HARMLESS mortise_status harmless_claim(const mortise_provider_t* provider, const mortise_graph_t* graph,
                                       const mortise_claim_sink_t* sink, mortise_error_t* error) {
  (void)provider, (void)graph, (void)sink, (void)error;
  return MORTISE_OK;
}
HARMLESS mortise_status harmless_compile(const mortise_provider_t* provider, const mortise_compile_request_t* request,
                                         const mortise_session_t** session, mortise_error_t* error) {
  (void)provider, (void)request, (void)error;
  *session = NULL;
  return MORTISE_UNIMPLEMENTED;
}
HARMLESS const void* harmless_get_extension(const mortise_provider_t* provider, const char* id) {
  (void)provider, (void)id;
  return NULL;
}

#ifndef BROKEN_OPEN
#define BROKEN_OPEN harmless_open
#endif
#ifndef BROKEN_CLAIM
#define BROKEN_CLAIM harmless_claim
#endif
#ifndef BROKEN_COMPILE
#define BROKEN_COMPILE harmless_compile
#endif
#ifndef BROKEN_GET_EXTENSION
#define BROKEN_GET_EXTENSION harmless_get_extension
#endif
HARMLESS const mortise_provider_t harmless_provider = {
    .descriptor = &harmless_descriptor,
    .provider_data = NULL,
    .open = BROKEN_OPEN,
    .close = harmless_close,
    .destroy = harmless_destroy,
    .describe = harmless_describe,
    .claim = BROKEN_CLAIM,
    .compile = BROKEN_COMPILE,
    .get_extension = BROKEN_GET_EXTENSION,
};

HARMLESS uint32_t harmless_count(const mortise_provider_factory_t* factory) {
  (void)factory;
  return 1;
}
HARMLESS const mortise_provider_descriptor_t* harmless_get_descriptor(const mortise_provider_factory_t* factory,
                                                                      uint32_t index) {
  (void)factory;
  return index == 0 ? &harmless_descriptor : NULL;
}
HARMLESS mortise_status harmless_create(const mortise_provider_factory_t* factory, const mortise_host_t* host,
                                        const char* id, const char* options, const mortise_provider_t** provider,
                                        mortise_error_t* error) {
  (void)factory, (void)host, (void)id, (void)options, (void)error;
  *provider = &harmless_provider;
  return MORTISE_OK;
}

#ifndef BROKEN_COUNT
#define BROKEN_COUNT harmless_count
#endif
#ifndef BROKEN_GET_DESCRIPTOR
#define BROKEN_GET_DESCRIPTOR harmless_get_descriptor
#endif
#ifndef BROKEN_CREATE
#define BROKEN_CREATE harmless_create
#endif
HARMLESS const mortise_provider_factory_t harmless_factory = {
    .count = BROKEN_COUNT, .descriptor = BROKEN_GET_DESCRIPTOR, .create = BROKEN_CREATE};

HARMLESS mortise_status harmless_init(const char* path, mortise_error_t* error) {
  (void)path, (void)error;
  return MORTISE_OK;
}
HARMLESS void harmless_deinit(void) {}
HARMLESS const void* harmless_get_factory(const char* id) {
  (void)id;
  return &harmless_factory;
}

#ifndef BROKEN_VERSION
#define BROKEN_VERSION MORTISE_VERSION_INIT
#endif
#ifndef BROKEN_INIT
#define BROKEN_INIT harmless_init
#endif
#ifndef BROKEN_GET_FACTORY
#define BROKEN_GET_FACTORY harmless_get_factory
#endif
BROKEN_EXPORT const mortise_plugin_entry_t mortise_entry = {
    .abi_version = BROKEN_VERSION, .init = BROKEN_INIT, .deinit = harmless_deinit, .get_factory = BROKEN_GET_FACTORY};
