#!/usr/bin/env bash
# Installs what building Mortise needs from Debian's packages (Debian 12 or newer; root, or a user with sudo). Quiet and
# quick when nothing is missing.
#   --clang     also the compilers and runtimes of the clang, fuzzing and format lanes
#   --browser   also the browser that the tests of the placement page drive
set -euo pipefail

packages=(
  ca-certificates git g++ make cmake ninja-build ccache pkg-config
  libonnx-dev libprotobuf-dev protobuf-compiler libtbb-dev nlohmann-json3-dev libvalijson-dev libcli11-dev
  libfmt-dev libspdlog-dev libboost-dev libboost-filesystem-dev libre2-dev libhwy-dev libpng-dev libjpeg62-turbo-dev
  libgtest-dev libgmock-dev libbenchmark-dev libonnx-testdata
)
for option in "$@"; do
  case $option in
    --clang) packages+=(clang clang-format clang-tidy libclang-rt-14-dev) ;;
    --browser) packages+=(chromium) ;;
    *) echo "install-deps: unknown option $option; there are --clang and --browser" >&2; exit 2 ;;
  esac
done

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

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
