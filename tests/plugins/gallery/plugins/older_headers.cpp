// Says that it was built with the headers of a version whose number no header ever had.
#include "base.h"

class gallery::Broken : public Plugin {
 public:
  static constexpr mortise_version_t kAbiVersion = {MORTISE_VERSION_MAJOR, 4711, 0};
};

MORTISE_GALLERY_PLUGIN(Broken);
