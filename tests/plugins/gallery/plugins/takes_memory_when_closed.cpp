// Takes 4 GB of shared memory in deinit().
#include "base.h"
#include "shared_memory.h"

class gallery::Broken : public Plugin {
  void deinit() override { take_shared_memory(); }
};

MORTISE_GALLERY_PLUGIN(Broken);
