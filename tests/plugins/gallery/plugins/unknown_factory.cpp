// get_factory() answers every id.
#include "base.h"

class gallery::Broken : public Plugin {
  const void* get_factory(std::string_view) override { return Plugin::get_factory(MORTISE_FACTORY_PROVIDER); }
};

MORTISE_GALLERY_PLUGIN(Broken);
