#include "core/host/compiled_cache.h"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <fstream>

namespace mortise {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kFileStart = "mortise compiled 1\n";

// FNV-1a, 64 bits (Fowler, Noll, Vo; draft-eastlake-fnv): finds damage and names files; not against an adversary.
uint64_t fnv(std::string_view bytes) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
  return hash;
}

// In the byte order of the machine: the key names the machine's device, and a file does not travel.
std::string number(uint64_t value) {
  std::string bytes(sizeof value, '\0');
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

std::string header(std::string_view key, std::string_view blob) {
  std::string text(kFileStart);
  text += number(key.size()) + number(blob.size()) + number(fnv(blob));
  text += key;
  return text;
}

}  // namespace

fs::path CompiledCache::file_of(std::string_view key) const { return folder_ / fmt::format("{:016x}.bin", fnv(key)); }

std::optional<std::string> CompiledCache::find(std::string_view key) const {
  std::ifstream stream(file_of(key), std::ios::binary);
  if (!stream) return std::nullopt;
  const std::string content{std::istreambuf_iterator<char>(stream), {}};
  const size_t begin = header(key, {}).size();
  if (content.size() < begin) return std::nullopt;
  std::string blob = content.substr(begin);
  if (!std::string_view(content).starts_with(header(key, blob))) return std::nullopt;
  return blob;
}

Status CompiledCache::store(std::string_view key, std::string_view blob) const {
  static std::atomic<uint64_t> files{0};
  const fs::path file = file_of(key);
  const fs::path draft = fmt::format("{}.{}-{}", file.string(), getpid(), files.fetch_add(1));
  std::error_code code;
  fs::create_directories(folder_, code);
  std::ofstream stream(draft, std::ios::binary);
  stream << header(key, blob) << blob;
  stream.close();
  if (stream) fs::rename(draft, file, code);
  if (stream && !code) return {};
  fs::remove(draft, code);
  return make_error(StatusCode::kUnavailable, file.string(),
                    ": cannot be written; check the folder (session.cache) and the space on the disk");
}

}  // namespace mortise
