// What the header of a JPEG 2000 stream announces, and the memory that OpenJPEG takes for it: OpenJPEG allocates for
// tiles, precincts and code blocks by what the header says, before it sees any data.
#pragma once

#include "providers/reference/ops/image/image.h"

namespace mortise::reference::image {

struct Jpeg2000Header {
  bool boxed = false;  // a JP2 file, not a bare codestream
  uint64_t width = 0, height = 0;
  uint64_t components = 0;
  uint64_t working = 0;  // bytes
};

Result<Jpeg2000Header> read_jpeg2000_header(Bytes stream);

}  // namespace mortise::reference::image
