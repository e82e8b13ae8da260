// Cases about mortise.device-memory/1.
#include <cstring>
#include <set>

#include "conformance/cases/abi/compiled.h"
#include "conformance/host/device_buffer.h"
#include "conformance/host/guarded_memory.h"

namespace mortise::conformance::abi {

namespace {

constexpr const char* kNoDeviceMemory = "the provider has no memory of its own: it lacks mortise.device-memory/1";

Verdict with_kinds(Rig& rig, const std::function<Verdict(Device&, const std::vector<mortise_memory_kind_t>&)>& check) {
  const Result<Device*> device = rig.device();
  if (!device.ok()) return fail(device.status().message());
  if (device_memory_of(**device) == nullptr) return skip(kNoDeviceMemory);
  const std::vector<mortise_memory_kind_t> kinds = memory_kinds(**device);
  if (kinds.empty()) return skip("the provider lists no kind of memory");
  return check(**device, kinds);
}

bool is_power_of_two(uint64_t number) { return number != 0 && (number & (number - 1)) == 0; }

// Random bytes in guarded memory.
Result<std::shared_ptr<GuardedBlock>> random_bytes(Random& random, uint64_t size) {
  MORTISE_ASSIGN(std::shared_ptr<GuardedBlock> block, GuardedBlock::create(size, "the host's side of a copy"));
  auto* bytes = static_cast<uint8_t*>(block->data());
  for (uint64_t i = 0; i < size; ++i) bytes[i] = static_cast<uint8_t>(random());
  return block;
}

// Copies parts in and out again; empty, or what went wrong.
Result<std::string> copy_there_and_back(Device& device, uint32_t kind, Random& random) {
  constexpr uint64_t kSize = 10007;
  MORTISE_ASSIGN(const std::unique_ptr<DeviceBuffer> buffer, DeviceBuffer::allocate(device, kind, kSize));
  MORTISE_ASSIGN(const std::shared_ptr<GuardedBlock> content, random_bytes(random, kSize));
  content->set_read_only(true);
  MORTISE_TRY(buffer->copy_in(0, content->data(), kSize));
  const auto* bytes = static_cast<const uint8_t*>(content->data());
  for (const auto& [offset, size] : {std::pair<uint64_t, uint64_t>{0, kSize},
                                     {1, 1},
                                     {63, 130},
                                     {4096, 4096},
                                     {kSize - 1, 1},
                                     {kSize - 5, 5},
                                     {7, 0}}) {
    MORTISE_ASSIGN(const std::shared_ptr<GuardedBlock> target, GuardedBlock::create(size, "the target of copy_out()"));
    MORTISE_TRY(buffer->copy_out(offset, target->data(), size));
    if (const std::string damage = target->damage(); !damage.empty()) return damage;
    if (size != 0 && std::memcmp(target->data(), bytes + offset, size) != 0)
      return concat("copy_out() of ", size, " bytes from offset ", offset, " gives other bytes than copy_in() took");
    MORTISE_TRY(buffer->copy_in(offset, bytes + offset, size));
  }
  MORTISE_ASSIGN(const std::shared_ptr<GuardedBlock> whole, GuardedBlock::create(kSize, "the target of copy_out()"));
  MORTISE_TRY(buffer->copy_out(0, whole->data(), kSize));
  if (std::memcmp(whole->data(), bytes, kSize) != 0) return std::string("copies of parts changed bytes around them");
  return std::string();
}

}  // namespace

Verdict device_memory_kinds(Rig& rig) {
  return with_kinds(rig, [](Device&, const std::vector<mortise_memory_kind_t>& kinds) {
    std::set<uint32_t> numbers;
    for (const mortise_memory_kind_t& kind : kinds) {
      if (kind.kind == MORTISE_MEMORY_HOST) return fail("a kind of memory has the number of host memory, 0");
      if (!numbers.insert(kind.kind).second) return fail("kind ", kind.kind, " is listed twice");
      if (!is_power_of_two(kind.alignment))
        return fail("kind ", kind.kind, " has an alignment of ", kind.alignment, ", which is no power of two");
      if (kind.name == nullptr || *kind.name == '\0') return fail("kind ", kind.kind, " has no name");
      if ((kind.flags & ~uint32_t{MORTISE_MEMORY_HOST_VISIBLE}) != 0)
        return fail("kind ", kind.kind, " has flags that the headers do not define: ", kind.flags);
    }
    return pass(concat(kinds.size(), " kinds with numbers, names and alignments as the rules want them"));
  });
}

Verdict device_memory_copies(Rig& rig) {
  return with_kinds(rig, [&](Device& device, const std::vector<mortise_memory_kind_t>& kinds) {
    Random random = rig.random();
    for (const mortise_memory_kind_t& kind : kinds) {
      const Result<std::string> wrong = copy_there_and_back(device, kind.kind, random);
      if (!wrong.ok()) return fail("kind ", kind.kind, ": ", wrong.status().message());
      if (!wrong->empty()) return fail("kind ", kind.kind, ": ", *wrong);
    }
    return pass("copies of whole buffers and of odd parts come back as they went in");
  });
}

Verdict device_memory_exhausted(Rig& rig) {
  return with_kinds(rig, [](Device& device, const std::vector<mortise_memory_kind_t>& kinds) {
    for (const mortise_memory_kind_t& kind : kinds) {
      std::vector<uint64_t> sizes = {uint64_t{1} << 60};
      if (kind.capacity != 0) sizes.push_back(kind.capacity + 1);
      for (const uint64_t size : sizes) {
        const auto buffer = DeviceBuffer::allocate(device, kind.kind, size);
        if (buffer.ok()) return fail("kind ", kind.kind, ": allocate() of ", size, " bytes returned OK");
        if (buffer.status().code() != StatusCode::kResourceExhausted)
          return fail("kind ", kind.kind, ": allocate() of ", size,
                      " bytes did not return RESOURCE_EXHAUSTED: ", buffer.status().message());
      }
      const auto after = DeviceBuffer::allocate(device, kind.kind, 4096);
      if (!after.ok())
        return fail("kind ", kind.kind, ": after a refusal, 4096 bytes are refused too: ", after.status().message());
    }
    return pass("more than there is is refused as RESOURCE_EXHAUSTED, and what is there is given");
  });
}

Verdict device_memory_host_visible(Rig& rig) {
  return with_kinds(rig, [&](Device& device, const std::vector<mortise_memory_kind_t>& kinds) {
    constexpr uint64_t kSize = 4099;
    size_t seen = 0;
    Random random = rig.random();
    for (const mortise_memory_kind_t& kind : kinds) {
      if ((kind.flags & MORTISE_MEMORY_HOST_VISIBLE) == 0) continue;
      ++seen;
      const auto buffer = DeviceBuffer::allocate(device, kind.kind, kSize);
      if (!buffer.ok()) return fail("kind ", kind.kind, ": ", buffer.status().message());
      auto* address = static_cast<uint8_t*>((*buffer)->handle());
      if (reinterpret_cast<uintptr_t>(address) % kind.alignment != 0)
        return fail("kind ", kind.kind, ": an address is not aligned to ", kind.alignment, " bytes");
      std::vector<uint8_t> bytes(kSize);
      for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random());
      std::memcpy(address, bytes.data(), kSize);
      std::vector<uint8_t> copied(kSize);
      if (const Status status = (*buffer)->copy_out(0, copied.data(), kSize); !status.ok())
        return fail("kind ", kind.kind, ": ", status.message());
      if (copied != bytes) return fail("kind ", kind.kind, ": the device does not see what the host wrote");
      for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random());
      if (const Status status = (*buffer)->copy_in(0, bytes.data(), kSize); !status.ok())
        return fail("kind ", kind.kind, ": ", status.message());
      if (std::memcmp(address, bytes.data(), kSize) != 0)
        return fail("kind ", kind.kind, ": the host does not see what copy_in() wrote");
    }
    if (seen == 0) return skip("no kind of memory is visible to the host");
    return pass("host and device see each other's writes");
  });
}

Verdict device_memory_run(Rig& rig) {
  return with_workload(rig, [](Device& device, const Compiled& compiled) {
    if (device_memory_of(device) == nullptr) return skip(kNoDeviceMemory);
    for (const int poison : {0, 1}) {
      RunSettings settings = compiled.settings();
      settings.in_device_memory = true;
      settings.poison = poison;
      const RunOutcome outcome = compiled.session->run(compiled.graph->inputs, settings);
      if (!outcome.status.ok()) return fail("run() with tensors in device memory failed: ", outcome.status.message());
      if (outcome.on_device == 0) return skip("the session wants all its inputs and outputs in host memory");
      const std::string wrong = difference(outcome.outputs, compiled.expected);
      if (!wrong.empty()) return fail("with tensors in device memory: ", wrong);
    }
    const std::string wrong = compiled.wrong();
    return wrong.empty() ? pass("runs in device memory, behind an offset, and in host memory give the same")
                         : fail("in host memory, after runs in device memory: ", wrong);
  });
}

}  // namespace mortise::conformance::abi
