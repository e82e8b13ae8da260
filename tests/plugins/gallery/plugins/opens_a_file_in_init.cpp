// init() opens a file, which deinit() closes.
#include <cstdio>

#include "base.h"

class gallery::Broken : public Plugin {
  mortise_status init(const char*, mortise_error_t*) override {
    file_ = std::fopen("/dev/null", "r");
    return MORTISE_OK;
  }
  void deinit() override { std::fclose(file_); }

  std::FILE* file_ = nullptr;
};

MORTISE_GALLERY_PLUGIN(Broken);
