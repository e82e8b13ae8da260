#include "conformance/engine/shared_memory.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "mortise/sdk/result.h"

namespace mortise::conformance {

namespace {

namespace fs = std::filesystem;

// Who starts processes faster than they are listed is met again at the next look.
constexpr size_t kMostProcesses = 1000;
constexpr uint64_t kStatBlock = 512;  // bytes; the unit of st_blocks

// The entries of a folder of /proc, which is gone when its process is.
std::vector<fs::path> entries(const std::string& folder) {
  std::vector<fs::path> found;
  std::error_code code;
  for (fs::directory_iterator entry(folder, code), end; !code && entry != end; entry.increment(code)) {
    found.push_back(entry->path());
  }
  return found;
}

std::vector<pid_t> with_descendants(pid_t process) {
  std::vector<pid_t> family = {process};
  for (size_t i = 0; i < family.size() && family.size() < kMostProcesses; ++i) {
    for (const fs::path& thread : entries(concat("/proc/", family[i], "/task"))) {
      std::ifstream children(thread / "children");
      for (pid_t child = 0; children >> child;) family.push_back(child);
    }
  }
  return family;
}

// Of the line "<name>:    1234 kB" of a file.
uint64_t bytes_in(const std::string& file, std::string_view name) {
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line);) {
    if (!line.starts_with(name)) continue;
    uint64_t kib = 0;
    const size_t digits = std::min(line.find_first_of("0123456789"), line.size());
    std::from_chars(line.data() + digits, line.data() + line.size(), kib);
    return kib << 10;
  }
  return 0;
}

// The resident pages of one process cost nothing to ask for. Those of several are given by the kernel as shares, so that
// what two of them map counts once; for that it walks through all pages.
uint64_t mapped_by(const std::vector<pid_t>& family) {
  if (family.size() == 1) return bytes_in(concat("/proc/", family.front(), "/status"), "RssShmem:");
  uint64_t sum = 0;
  for (const pid_t process : family) sum += bytes_in(concat("/proc/", process, "/smaps_rollup"), "Pss_Shmem:");
  return sum;
}

// Who only reads a file of others has not taken its memory. The flags are those of open(), in octal.
bool may_write(pid_t process, const fs::path& descriptor) {
  std::ifstream info(concat("/proc/", process, "/fdinfo/", descriptor.filename().string()));
  for (std::string name, value; info >> name >> value;) {
    if (name == "flags:") return (std::strtoul(value.c_str(), nullptr, 8) & O_ACCMODE) != O_RDONLY;
  }
  return false;  // closed meanwhile
}

uint64_t held_open_by(const std::vector<pid_t>& family) {
  std::map<std::pair<dev_t, ino_t>, uint64_t> sizes;
  for (const pid_t process : family) {
    for (const fs::path& descriptor : entries(concat("/proc/", process, "/fd"))) {
      std::error_code code;
      const std::string target = fs::read_symlink(descriptor, code).string();
      struct stat file {};
      // By its name: to ask any other file for its size may take as long as a network does.
      if (!target.starts_with("/memfd:") && !target.starts_with("/dev/shm/")) continue;
      if (!may_write(process, descriptor)) continue;
      if (stat(descriptor.c_str(), &file) == 0)
        sizes[{file.st_dev, file.st_ino}] = static_cast<uint64_t>(file.st_blocks) * kStatBlock;
    }
  }
  uint64_t sum = 0;
  for (const auto& [file, size] : sizes) sum += size;
  return sum;
}

}  // namespace

uint64_t shared_memory_of(pid_t process) {
  const std::vector<pid_t> family = with_descendants(process);
  return std::max(mapped_by(family), held_open_by(family));
}

}  // namespace mortise::conformance
