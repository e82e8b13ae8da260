// CachedPlugin: the gallery's provider with "mortise.compiled-cache/1". A blob is the key of what was compiled, behind a
// line that says whose it is; loading one compares it and compiles again.
#pragma once

#include "base.h"

namespace gallery {

class CachedPlugin : public Plugin {
 public:
  const void* get_extension(Provider& provider, std::string_view id) override;
  Result<std::unique_ptr<Session>> make_session(Provider& provider, const sdk::CompileRequest& request) override;

  virtual mortise_status key(Provider& provider, const mortise_compile_request_t* request, char* buffer, uint64_t size,
                             mortise_error_t* error);
  virtual mortise_status save(Session& session, const mortise_ostream_t* stream, mortise_error_t* error);
  virtual mortise_status load(Provider& provider, const mortise_compile_request_t* request,
                              const mortise_istream_t* stream, const mortise_session_t** session,
                              mortise_error_t* error);

  // --- Pieces
  // A number for everything that a compiled session depends on, in 16 hexadecimal digits.
  virtual std::string key_of(Provider& provider, const sdk::CompileRequest& request);
  virtual std::string blob_of(const std::string& key) { return "gallery 1\n" + key; }
  // Whether the blob is the one for this key.
  virtual bool accepts(std::string_view blob, const std::string& key) { return blob == blob_of(key); }
};

}  // namespace gallery
