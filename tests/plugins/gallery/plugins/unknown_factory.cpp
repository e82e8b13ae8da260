// get_factory() answers every id.
#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  const void* get_factory(std::string_view) override { return Plugin::get_factory(MORTISE_FACTORY_PROVIDER); }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
