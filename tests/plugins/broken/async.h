/* For plugins that break a rule of mortise.async-run: the provider claims every node and has BROKEN_SUBMIT, defined
   before this is included; negate() computes a segment that is one Neg, complete() reports to the host. */
#pragma once

#include <mortise/mortise.h>

static const mortise_host_t* the_host;

static void negate(const mortise_run_args_t* args) {
  const float* x = (const float*)args->inputs[0].data;
  float* y = (float*)args->outputs[0].data;
  for (uint64_t i = 0; i < args->outputs[0].size_bytes / sizeof(float); ++i) y[i] = -x[i];
}

static void complete(uint64_t run_id) {
  const mortise_host_async_run_t* async =
      (const mortise_host_async_run_t*)the_host->get_extension(the_host, MORTISE_EXT_ASYNC_RUN);
  async->completed(the_host, run_id, MORTISE_OK, 0);
}

static mortise_status submit(const mortise_session_t* session, uint64_t run_id, const mortise_run_args_t* args,
                             mortise_error_t* error);
static const mortise_provider_async_run_t async_run = {.submit = submit};
static const void* get_extension(const mortise_provider_t* self, const char* id) {
  (void)self;
  const char* wanted = MORTISE_EXT_ASYNC_RUN;
  while (*id != '\0' && *id == *wanted) ++id, ++wanted;
  return *id == *wanted ? &async_run : 0;
}

static mortise_status never_called(const mortise_session_t* session, const mortise_run_args_t* args,
                                   mortise_error_t* error) {
  (void)session, (void)args, (void)error;
  return MORTISE_INTERNAL;
}

static const mortise_provider_t harmless_provider;
static mortise_status create_for_host(const mortise_provider_factory_t* self, const mortise_host_t* host,
                                      const char* id, const char* options, const mortise_provider_t** provider,
                                      mortise_error_t* error) {
  (void)self, (void)id, (void)options, (void)error;
  the_host = host;
  *provider = &harmless_provider;
  return MORTISE_OK;
}

#define BROKEN_GET_EXTENSION get_extension
#define BROKEN_CREATE create_for_host
#define BROKEN_RUN never_called
#include "claims_all.h"
#include "plugin.h"
