#!/usr/bin/env bash
# Unpacks Debian packages of another architecture, with all that they depend on, into the folder build/sysroot-ARCH, for
# cross-compilers and emulators. apt-get works on lists and a state of its own beside that folder: nothing on the machine
# changes, no package can conflict with an installed one, and root is not needed. Quick when the folder is there.
# usage: sysroot.sh ARCH PACKAGE…
set -euo pipefail
cd "$(dirname "$0")/.."
arch=${1:?sysroot.sh: give an architecture by its Debian name, and packages}
packages=(libc6-dev libstdc++6 "${@:2}")

sysroot=$PWD/build/sysroot-$arch
made_of=$sysroot/packages.txt
[ "$(cat "$made_of" 2>/dev/null)" = "${packages[*]}" ] && exit 0

echo "Unpacking ${#packages[@]} Debian packages for $arch, with what they need, to $sysroot"
work=$PWD/build/sysroot-$arch.new
rm -rf "$work" "$sysroot"
mkdir -p "$work"/{lists,archives}/partial "$work/root"
# Stands for what the packages name but headers and libraries do without; it would be most of the download.
cat >"$work/status" <<END
Package: left-out
Status: install ok installed
Architecture: all
Version: 1
Maintainer: nobody
Description: what a sysroot does not need
Provides: libpoco-dev, python3, qtbase5-dev
END
apt=(apt-get -o APT::Architecture="$arch" -o APT::Architectures="$arch" -o APT::Sandbox::User=root
  -o Dir::State="$work" -o Dir::State::lists="$work/lists" -o Dir::State::status="$work/status"
  -o Dir::Cache="$work" -o Dir::Cache::archives="$work/archives")
log=$work/log
if ! { "${apt[@]}" update && "${apt[@]}" install -y --no-install-recommends --download-only "${packages[@]}"; } >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "sysroot: apt-get failed (above: the end of its output); see that the network and /etc/apt/sources.list are right, then run this again" >&2
  exit 1
fi
# Debian's /lib is a link to /usr/lib, which packages do not carry.
mkdir -p "$work/root/usr/lib"
ln -s usr/lib "$work/root/lib"
for package in "$work"/archives/*.deb; do
  dpkg-deb --fsys-tarfile "$package" | tar -x --keep-directory-symlink -C "$work/root"
done
# Links to absolute paths would lead out of the sysroot.
find "$work/root" -type l -lname '/*' -print0 | while IFS= read -r -d '' link; do
  ln -snfr "$work/root$(readlink "$link")" "$link"
done
echo "${packages[*]}" >"$work/root/packages.txt"
mv "$work/root" "$sysroot"
rm -rf "$work"
