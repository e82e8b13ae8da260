// SPDX-License-Identifier: Apache-2.0
//
// See cache_file.h.
#include "cache_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>

namespace mortise::vulkan {
namespace {

struct Header {
  char magic[8];
  uint64_t size;
  uint64_t checksum;
};

constexpr char kMagic[8] = {'m', 'o', 'r', 't', 'v', 'k', '0', '1'};
constexpr uint64_t kMaxBytes = uint64_t{256} << 20;

// FNV-1a.
uint64_t checksum(std::string_view data) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char byte : data) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
  return hash;
}

class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() { close(); }

  bool is_open() const { return descriptor_ >= 0; }
  // Of a regular file; 0 for anything else.
  uint64_t size() const {
    struct stat state {};
    if (fstat(descriptor_, &state) != 0 || !S_ISREG(state.st_mode)) return 0;
    return static_cast<uint64_t>(state.st_size);
  }
  bool read(char* target, size_t size) {
    while (size > 0) {
      const ssize_t got = ::read(descriptor_, target, size);
      if (got <= 0) return false;
      target += got;
      size -= static_cast<size_t>(got);
    }
    return true;
  }
  bool write(std::string_view data) {
    while (!data.empty()) {
      const ssize_t put = ::write(descriptor_, data.data(), data.size());
      if (put <= 0) return false;
      data.remove_prefix(static_cast<size_t>(put));
    }
    return true;
  }
  // For every user, as what a stream writes is.
  bool share() { return fchmod(descriptor_, S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH) == 0; }
  bool close() { return descriptor_ >= 0 && ::close(std::exchange(descriptor_, -1)) == 0; }

 private:
  int descriptor_;
};

}  // namespace

std::string load_cache_file(const std::string& path) {
  // Without waiting for anybody: the name may be that of a pipe.
  File file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  Header header;
  const uint64_t size = file.is_open() ? file.size() : 0;
  if (size < sizeof header || size > sizeof header + kMaxBytes) return "";
  if (!file.read(reinterpret_cast<char*>(&header), sizeof header)) return "";
  if (std::memcmp(header.magic, kMagic, sizeof kMagic) != 0 || header.size != size - sizeof header) return "";
  std::string data(header.size, '\0');
  if (!file.read(data.data(), data.size())) return "";
  return checksum(data) == header.checksum ? data : "";
}

Status save_cache_file(const std::string& path, const std::string& data) {
  if (data.size() > kMaxBytes) {
    return make_error(StatusCode::kResourceExhausted, "Vulkan: the pipeline cache '", path,
                      "' is not kept: ", data.size(), " bytes are more than ", kMaxBytes,
                      "; compile fewer models in one process, or clear option "
                      "'cache_directory'");
  }
  Header header{{}, data.size(), checksum(data)};
  std::memcpy(header.magic, kMagic, sizeof kMagic);
  std::string beside = path + ".XXXXXX";
  File file(mkostemp(beside.data(), O_CLOEXEC));
  const bool written = file.is_open() && file.write({reinterpret_cast<const char*>(&header), sizeof header}) &&
                       file.write(data) && file.share();
  if (written && file.close() && std::rename(beside.c_str(), path.c_str()) == 0) return {};
  const int fault = errno;
  unlink(beside.c_str());
  return make_error(StatusCode::kUnavailable, "Vulkan: the pipeline cache '", path,
                    "' cannot be written: ", std::strerror(fault),
                    "; see that the folder in option 'cache_directory' exists, may be written to "
                    "and has room");
}

}  // namespace mortise::vulkan
