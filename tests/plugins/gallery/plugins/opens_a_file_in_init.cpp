// init() opens a file, which deinit() closes.
#include <cstdio>

#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  mortise_status init(const char*, mortise_error_t*) override {
    file_ = std::fopen("/dev/null", "r");
    return MORTISE_OK;
  }
  void deinit() override { std::fclose(file_); }

 private:
  std::FILE* file_ = nullptr;
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
