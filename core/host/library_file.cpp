#include "core/host/library_file.h"

#include <elf.h>

#include <cstring>
#include <fstream>
#include <string>
#include <vector>

namespace mortise {

namespace {

#if defined(__x86_64__)
constexpr uint16_t kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr uint16_t kMachine = EM_AARCH64;
#else
#error "the ELF machine number of this architecture is not known here yet"
#endif

std::string machine_name(uint16_t machine) {
  switch (machine) {
    case EM_X86_64:
      return "x86-64";
    case EM_AARCH64:
      return "arm64";
    case EM_386:
      return "32-bit x86";
    case EM_ARM:
      return "32-bit arm";
    case EM_RISCV:
      return "riscv";
    default:
      return "ELF machine " + std::to_string(machine);
  }
}

// The machine that a file of ELF is for, where it may differ from this one in the size or order of its numbers too.
std::string machine_of(const Elf64_Ehdr& header) {
  const bool is_ours = header.e_machine == kMachine;
  const bool is_small = is_ours && header.e_ident[EI_CLASS] != ELFCLASS64;
  const bool is_big_endian = is_ours && header.e_ident[EI_DATA] != ELFDATA2LSB;
  return concat(is_small ? "32-bit " : "", is_big_endian ? "big-endian " : "", machine_name(header.e_machine));
}

// The loader maps what the program headers say and would die of a signal where the file ends early.
Status check_segments(std::ifstream& file, uint64_t size, const Elf64_Ehdr& header, const std::string& name) {
  const auto truncated = [&] {
    return Status(StatusCode::kDataLoss,
                  concat(name, ": the library is truncated or damaged; install the plugin again"));
  };
  if (header.e_phentsize != sizeof(Elf64_Phdr) || header.e_phnum == 0) return truncated();
  const uint64_t table = uint64_t{header.e_phnum} * sizeof(Elf64_Phdr);
  if (header.e_phoff > size || table > size - header.e_phoff) return truncated();
  std::vector<Elf64_Phdr> segments(header.e_phnum);
  file.seekg(static_cast<std::streamoff>(header.e_phoff));
  if (!file.read(reinterpret_cast<char*>(segments.data()), static_cast<std::streamsize>(table))) return truncated();
  bool dynamic = false;
  for (const Elf64_Phdr& segment : segments) {
    dynamic |= segment.p_type == PT_DYNAMIC;
    if (segment.p_type != PT_LOAD && segment.p_type != PT_DYNAMIC) continue;
    if (segment.p_offset > size || segment.p_filesz > size - segment.p_offset) return truncated();
  }
  return dynamic ? Status() : invalid_argument(name, ": is no shared library; link the plugin with -shared");
}

}  // namespace

Status check_library_file(const std::filesystem::path& path) {
  const std::string name = path.string();
  std::error_code code;
  const auto status = std::filesystem::status(path, code);
  if (!std::filesystem::exists(status)) {
    return make_error(StatusCode::kNotFound, name, ": there is no such file; check the path or install the plugin");
  }
  if (!std::filesystem::is_regular_file(status)) {
    return invalid_argument(name, ": is no regular file; name the plugin's shared library itself");
  }
  const uint64_t size = std::filesystem::file_size(path, code);
  std::ifstream file(path, std::ios::binary);
  if (code || !file) {
    return make_error(StatusCode::kPermissionDenied, name, ": cannot be read; check its permissions");
  }
  Elf64_Ehdr header{};
  file.read(reinterpret_cast<char*>(&header), sizeof header);
  const auto count = file.gcount();
  if (count < SELFMAG || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) {
    return invalid_argument(name, ": is no shared library (it does not begin like an ELF file); name the plugin's .so");
  }
  if (count < static_cast<std::streamsize>(sizeof header)) {
    return make_error(StatusCode::kDataLoss, name, ": the library is truncated or damaged; install the plugin again");
  }
  if (header.e_machine != kMachine || header.e_ident[EI_CLASS] != ELFCLASS64 ||
      header.e_ident[EI_DATA] != ELFDATA2LSB) {
    return invalid_argument(name, ": is built for ", machine_of(header), ", this machine is ", machine_name(kMachine),
                            "; install the plugin's build for this machine");
  }
  if (header.e_type != ET_DYN) {
    return invalid_argument(name, ": is no shared library; link the plugin with -shared");
  }
  return check_segments(file, size, header, name);
}

}  // namespace mortise
