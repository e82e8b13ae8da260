// save() takes a short write for a whole one.
#include "cache.h"

class gallery::Broken : public CachedPlugin {
  mortise_status save(Session& session, const mortise_ostream_t* stream, mortise_error_t*) override {
    const std::string blob = blob_of(session.key);
    stream->write(stream, blob.data(), blob.size());
    return MORTISE_OK;
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
