#!/usr/bin/env bash
# Installs what building Mortise needs from Debian's packages (Debian 12 or newer; root, or a user with sudo). Quiet and
# quick when nothing is missing.
#   --clang     also the compilers, linker and runtimes of the clang, fuzzing and format lanes
#   --browser   also the browser that the tests of the placement page drive
#   --arm64     also the cross-compiler and the emulator of the preset arm64, and the libraries in a sysroot (sysroot.sh)
set -euo pipefail

tools=(
  ca-certificates git g++ make cmake ninja-build ccache pkg-config protobuf-compiler libonnx-testdata
  glslc spirv-tools mesa-vulkan-drivers vulkan-validationlayers # the last two for tests
)
libraries=(
  libonnx-dev libprotobuf-dev libtbb-dev nlohmann-json3-dev libvalijson-dev libcli11-dev
  libfmt-dev libspdlog-dev libboost-dev libboost-filesystem-dev libre2-dev libhwy-dev libpng-dev libjpeg62-turbo-dev
  libtiff-dev libwebp-dev libopenjp2-7-dev libicu-dev
  libgtest-dev libgmock-dev libbenchmark-dev libvulkan-dev
)
sysroot() { :; }
for option in "$@"; do
  case $option in
    --clang) tools+=(clang clang-format clang-tidy lld libclang-rt-14-dev) ;;
    --browser) tools+=(chromium) ;;
    --arm64)
      tools+=(g++-aarch64-linux-gnu qemu-user llvm)
      sysroot() { "${BASH_SOURCE%/*}/sysroot.sh" arm64 "${libraries[@]}"; }
      ;;
    *) echo "install-deps: unknown option $option; there are --clang, --browser and --arm64" >&2; exit 2 ;;
  esac
done

missing=()
for package in "${tools[@]}" "${libraries[@]}"; do
  dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
  sysroot
  exit
fi

apt=(env DEBIAN_FRONTEND=noninteractive apt-get)
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "install-deps: run this as root or install sudo; these packages are missing: ${missing[*]}" >&2; exit 1; }
  apt=(sudo "${apt[@]}")
fi
echo "Installing ${#missing[@]} Debian packages: ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { "${apt[@]}" update && "${apt[@]}" install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "install-deps: apt-get failed (above: the end of its output); see that the network and /etc/apt/sources.list are right, then run this again" >&2
  exit 1
fi
sysroot
