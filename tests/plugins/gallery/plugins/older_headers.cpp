// Says that it was built with the headers of a version whose number no header ever had.
#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  static constexpr mortise_version_t kAbiVersion = {MORTISE_VERSION_MAJOR, 4711, 0};
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
