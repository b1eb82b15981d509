#!/usr/bin/env bash
# build-kernel.sh   builds a user-mode Linux kernel with the ALSA sequencer from Debian's kernel source, into the cache
#
# Kernels of test machines are often built without sound. This one runs as an ordinary program on top of them and
# gives a command a real sequencer (see run.sh). It takes about five minutes of one core, a 140 MB download and
# 2 GB below ${TMPDIR:-/tmp} while it runs; the result is 5 MB, stays out of the clone, and falls under the kernel's GPL-2.
# JOBS sets the number of compilers that run at once.
set -eu
here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
target=$("$here/find-kernel.sh" --cache)
[ -x "$target" ] && { echo "$target"; exit 0; }

say() { echo "build-kernel: $*" >&2; }
missing=()
for tool in gcc make flex bison bc xz dpkg-deb apt-get; do
  command -v "$tool" >/dev/null || missing+=("$tool")
done
if [ ${#missing[@]} -gt 0 ]; then
  say "missing: ${missing[*]}; on Debian: apt-get install build-essential flex bison bc xz-utils"
  exit 1
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/continuo-kernel.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"

say "downloading Debian's kernel source"
apt-get download -q -o APT::Sandbox::User="$(id -un)" linux-source-6.1 >download.log 2>&1 || { cat download.log >&2; exit 1; }

say "unpacking what this kernel needs"
# Drivers and other processors are left out; their Kconfig files and makefiles are wanted, because the others name them.
mkdir source
dpkg-deb --fsys-tarfile linux-source-6.1_*.deb |
  tar -x --to-stdout --wildcards './usr/src/linux-source-*.tar.xz' |
  tar -x --xz -C source --strip-components=1 \
    --exclude='*/Documentation/*.rst' --exclude='*/Documentation/devicetree/*' --exclude='*/arch/*/boot/dts/*' \
    --exclude='*/drivers/gpu/*.[ch]' --exclude='*/drivers/net/ethernet/*.[ch]' --exclude='*/drivers/net/wireless/*.[ch]' --exclude='*/drivers/media/*.[ch]' \
    --exclude='*/drivers/staging/*.[ch]' --exclude='*/sound/soc/*.[ch]' --exclude='*/tools/testing/*'
cd source

# ALSA's core and sequencer need no hardware, yet its menu is closed to user-mode Linux; this opens it.
sed -i '/!UML/s/!UML/y/' sound/Kconfig
grep -q '!UML' sound/Kconfig && { say "sound/Kconfig is not as expected"; exit 1; }

say "configuring"
grep -o '^[A-Z0-9_]\+' "$here/kernel-options" | sed 's/.*/CONFIG_&=y/' >wanted
make ARCH=um KCONFIG_ALLCONFIG=wanted allnoconfig >configure.log 2>&1 || { tail -20 configure.log >&2; exit 1; }
if lost=$(grep -vxF -f .config wanted); then
  say "options that did not hold:" $lost
  exit 1
fi

say "compiling (a few minutes)"
make ARCH=um -j"${JOBS:-$(nproc)}" linux >compile.log 2>&1 || { tail -20 compile.log >&2; exit 1; }

mkdir -p "$(dirname "$target")"
strip -o "$target.new" linux
mv "$target.new" "$target"
say "done"
echo "$target"
