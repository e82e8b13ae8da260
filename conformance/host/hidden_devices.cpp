#include "conformance/host/hidden_devices.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <utility>

namespace mortise::conformance {

bool hide_devices() {
  constexpr std::pair<const char*, const char*> kVariables[] = {
      {"VK_ICD_FILENAMES", "/nonexistent"}, {"VK_DRIVER_FILES", "/nonexistent"}, {"OCL_ICD_VENDORS", "/nonexistent"},
      {"CUDA_VISIBLE_DEVICES", "-1"},       {"HIP_VISIBLE_DEVICES", "-1"},       {"ROCR_VISIBLE_DEVICES", "-1"},
      {"ZE_AFFINITY_MASK", "-1"},
  };
  for (const auto& [name, value] : kVariables) setenv(name, value, 1);
  // A system call's number decides; the architecture need not be asked, because the filter denies and does not permit.
  sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_ioctl, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (ENODEV & SECCOMP_RET_DATA)),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog filter = {.len = sizeof program / sizeof program[0], .filter = program};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return false;
  return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &filter) == 0;
}

}  // namespace mortise::conformance
