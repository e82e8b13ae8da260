// SPDX-License-Identifier: Apache-2.0
//
// See cache_file.h.
#include "cache_file.h"

#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <fstream>

namespace mortise::vulkan {
namespace {

struct Header {
  char magic[8];
  uint64_t size;
  uint64_t checksum;
};

constexpr char kMagic[8] = {'m', 'o', 'r', 't', 'v', 'k', '0', '1'};
constexpr uint64_t kLargest = uint64_t{256} << 20;

// FNV-1a.
uint64_t checksum(const std::string& data) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char byte : data) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
  return hash;
}

}  // namespace

std::string load_cache_file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  Header header;
  if (!stream.read(reinterpret_cast<char*>(&header), sizeof header)) return "";
  if (std::memcmp(header.magic, kMagic, sizeof kMagic) != 0 || header.size > kLargest) return "";
  std::string data(header.size, '\0');
  if (!stream.read(data.data(), static_cast<std::streamsize>(data.size())) || stream.peek() != EOF) return "";
  return checksum(data) == header.checksum ? data : "";
}

Status save_cache_file(const std::string& path, const std::string& data) {
  Header header{{}, data.size(), checksum(data)};
  std::memcpy(header.magic, kMagic, sizeof kMagic);
  const std::string beside = concat(path, ".", getpid());
  std::ofstream stream(beside, std::ios::binary | std::ios::trunc);
  stream.write(reinterpret_cast<const char*>(&header), sizeof header);
  stream.write(data.data(), static_cast<std::streamsize>(data.size()));
  stream.close();
  if (stream && std::rename(beside.c_str(), path.c_str()) == 0) return {};
  std::remove(beside.c_str());
  return make_error(StatusCode::kUnavailable, "Vulkan: the pipeline cache '", path,
                    "' cannot be written; see that the folder in option 'cache_directory' exists");
}

}  // namespace mortise::vulkan
