// How much memory a process shares, on processes that take a known amount of it.
#include "conformance/engine/shared_memory.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <functional>
#include <string>
#include <vector>

namespace mortise::conformance {
namespace {

constexpr size_t kMib = 1 << 20;
constexpr double kBatch = 1;  // MiB; the kernel counts the pages of a process in batches

// A child that has done something and waits for its end.
class Child {
 public:
  explicit Child(const std::function<void()>& work) {
    int done[2] = {-1, -1};
    if (pipe(done) != 0) return;
    pid_ = fork();
    if (pid_ == 0) {
      setpgid(0, 0);
      work();
      (void)!write(done[1], "x", 1);
      for (;;) pause();
    }
    char byte = 0;
    (void)!read(done[0], &byte, 1);
    close(done[0]);
    close(done[1]);
  }
  ~Child() {
    kill(-pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  double shared_mib() const { return static_cast<double>(shared_memory_of(pid_)) / kMib; }

 private:
  pid_t pid_ = -1;
};

void* map_shared(size_t size, int file) {
  return mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | (file < 0 ? MAP_ANONYMOUS : 0), file, 0);
}

int memory_file(size_t size) {
  const int file = memfd_create("test", 0);
  return ftruncate(file, static_cast<off_t>(size)) == 0 ? file : -1;
}

TEST(SharedMemory, OfAMappingIsWhatWasTouched) {
  const Child child([] { std::memset(map_shared(40 * kMib, -1), 1, 20 * kMib); });
  EXPECT_NEAR(child.shared_mib(), 20, kBatch);
}

TEST(SharedMemory, OfAMappedFileCountsOnceWhetherTheFileIsOpenOrNot) {
  const Child open([] { std::memset(map_shared(20 * kMib, memory_file(20 * kMib)), 1, 20 * kMib); });
  EXPECT_NEAR(open.shared_mib(), 20, kBatch);
  const Child closed([] {
    const int file = memory_file(20 * kMib);
    std::memset(map_shared(20 * kMib, file), 1, 20 * kMib);
    close(file);
  });
  EXPECT_NEAR(closed.shared_mib(), 20, kBatch);
}

TEST(SharedMemory, IsSeenInAFileThatIsOnlyWritten) {
  const Child child([] {
    const int file = memory_file(0);
    const std::vector<char> data(20 * kMib, 1);
    (void)!write(file, data.data(), data.size());
    if (dup(file) < 0) _exit(1);  // the same file a second time
  });
  EXPECT_NEAR(child.shared_mib(), 20, kBatch);
}

TEST(SharedMemory, IsNotThatOfAFileThatIsOnlyRead) {
  const int file = memory_file(0);
  const std::vector<char> data(20 * kMib, 1);
  ASSERT_EQ(write(file, data.data(), data.size()), static_cast<ssize_t>(data.size()));
  const std::string name = "/proc/self/fd/" + std::to_string(file);
  const auto opens_it = [&](int flags) {
    const int own = open(name.c_str(), flags);
    close(file);
    if (own < 0) _exit(1);
  };
  EXPECT_NEAR(Child([&] { opens_it(O_RDONLY); }).shared_mib(), 0, kBatch);
  EXPECT_NEAR(Child([&] { opens_it(O_RDWR); }).shared_mib(), 20, kBatch);
  close(file);
}

TEST(SharedMemory, IsThatOfTheChildrenTooAndEachPageCountsOnce) {
  const Child parent([] {
    void* both = map_shared(20 * kMib, -1);
    std::memset(both, 1, 20 * kMib);
    int done[2] = {-1, -1};
    if (pipe(done) != 0) _exit(1);
    if (fork() == 0) {
      std::memset(both, 2, 20 * kMib);
      std::memset(map_shared(10 * kMib, -1), 1, 10 * kMib);
      (void)!write(done[1], "x", 1);
      for (;;) pause();
    }
    char byte = 0;
    (void)!read(done[0], &byte, 1);
  });
  EXPECT_NEAR(parent.shared_mib(), 30, kBatch);
}

TEST(SharedMemory, IsNotThatOfItsOwn) {
  const Child child([] { static const std::vector<char> kData(20 * kMib, 1); });
  EXPECT_NEAR(child.shared_mib(), 0, kBatch);
}

TEST(SharedMemory, OfAProcessThatIsGoneIsNone) {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  waitpid(child, nullptr, 0);
  EXPECT_EQ(shared_memory_of(child), 0u);
}

}  // namespace
}  // namespace mortise::conformance
