#include "core/model/mapped_file.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/interprocess/file_mapping.hpp>
#include <boost/interprocess/mapped_region.hpp>
#include <cerrno>
#include <cstring>
#include <new>
#include <tuple>

namespace mortise {
namespace {

namespace fs = std::filesystem;
namespace ipc = boost::interprocess;

class Mapping : public MappedFile {
 public:
  explicit Mapping(const fs::path& path)
      : file_(path.string().c_str(), ipc::read_only), region_(file_, ipc::read_only) {
    bytes_ = {static_cast<const std::byte*>(region_.get_address()), region_.get_size()};
  }

 private:
  ipc::file_mapping file_;
  ipc::mapped_region region_;
};

class EmptyFile : public MappedFile {};

// A file in one state: device, number, size, and when it was last written.
using Identity = std::tuple<dev_t, ino_t, off_t, time_t, int64_t>;

// The files that are open. Never destroyed: sessions may outlive it at the end of the program.
struct OpenFiles {
  std::mutex mutex;
  std::map<Identity, std::weak_ptr<const MappedFile>> files;
};
OpenFiles& open_files() {
  static OpenFiles& files = *new OpenFiles;
  return files;
}

// The pages within a part of a file need not stay in memory; they are read again if somebody asks.
void forget(std::span<const std::byte> part) {
  const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  const auto address = reinterpret_cast<uintptr_t>(part.data());
  const uintptr_t begin = (address + page - 1) / page * page;
  const uintptr_t end = (address + part.size()) / page * page;
  if (begin >= end) return;
  (void)madvise(const_cast<std::byte*>(part.data()) + (begin - address), end - begin, MADV_DONTNEED);
}

}  // namespace

Result<std::shared_ptr<const MappedFile>> MappedFile::open(const fs::path& path) {
  struct stat state {};
  if (stat(path.c_str(), &state) != 0) {
    if (errno == EACCES)
      return make_error(StatusCode::kPermissionDenied, path.string(), ": ", std::strerror(errno),
                        "; check its permissions");
    return make_error(StatusCode::kNotFound, path.string(), ": no such file; check the path");
  }
  if (!S_ISREG(state.st_mode)) return invalid_argument(path.string(), ": not a regular file; give the path of a file");
  if (state.st_size == 0) return std::shared_ptr<const MappedFile>(std::make_shared<EmptyFile>());
  OpenFiles& known = open_files();
  const std::lock_guard lock(known.mutex);
  std::erase_if(known.files, [](const auto& entry) { return entry.second.expired(); });
  std::weak_ptr<const MappedFile>& entry =
      known.files[Identity(state.st_dev, state.st_ino, state.st_size, state.st_mtim.tv_sec, state.st_mtim.tv_nsec)];
  if (auto file = entry.lock()) return file;
  try {
    std::shared_ptr<const MappedFile> file = std::make_shared<Mapping>(path);
    entry = file;
    return file;
  } catch (const ipc::interprocess_exception& e) {
    return make_error(StatusCode::kPermissionDenied, path.string(), ": cannot be mapped: ", e.what(),
                      "; check its permissions");
  }
}

Result<std::shared_ptr<const void>> MappedFile::aligned(std::span<const std::byte> part, uint64_t alignment) const {
  if (reinterpret_cast<uintptr_t>(part.data()) % alignment == 0) {
    return std::shared_ptr<const void>(shared_from_this(), part.data());
  }
  const std::lock_guard lock(mutex_);
  std::weak_ptr<const void>& known = copies_[{part.data(), part.size()}];
  if (auto copy = known.lock()) return copy;
  constexpr std::align_val_t kAlignment{64};
  void* memory = ::operator new(part.size(), kAlignment, std::nothrow);
  if (memory == nullptr) {
    return make_error(StatusCode::kResourceExhausted, "no memory for a copy of ", part.size(), " bytes of a weight");
  }
  std::memcpy(memory, part.data(), part.size());
  forget(part);
  // The copy keeps the file open, so that a later load of it finds the copy.
  std::shared_ptr<const void> copy(
      memory, [file = shared_from_this()](const void* p) { ::operator delete(const_cast<void*>(p), kAlignment); });
  known = copy;
  return copy;
}

}  // namespace mortise
