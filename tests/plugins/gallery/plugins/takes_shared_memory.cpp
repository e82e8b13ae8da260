// Takes 4 GB of shared memory, which no limit of the kernel counts, where it is asked for a factory that it does not
// have.
#include "base.h"
#include "shared_memory.h"

class gallery::Broken : public Plugin {
  void no_such_factory() override { take_shared_memory(); }
};

MORTISE_GALLERY_PLUGIN(Broken);
