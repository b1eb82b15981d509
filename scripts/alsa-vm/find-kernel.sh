#!/usr/bin/env bash
# find-kernel.sh          prints the path of a user-mode Linux kernel with the ALSA sequencer; fails where there is none
# find-kernel.sh --cache  prints where build-kernel.sh puts the one it builds
#
# Looked for in this order: $CONTINUO_ALSA_KERNEL, the cache, a folder `shared` beside the clone.
# The cache's name holds a hash of what the kernel is made from, so a changed recipe is never mistaken for an old one.
set -eu
here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
recipe=$(cat "$here/build-kernel.sh" "$here/kernel-options" | sha256sum | cut -c1-16)
cached=${XDG_CACHE_HOME:-$HOME/.cache}/continuo/alsa-vm/linux-$recipe

if [ "${1:-}" = --cache ]; then
  echo "$cached"
  exit 0
fi
for kernel in "${CONTINUO_ALSA_KERNEL:-}" "$cached" "$here/../../../shared/tools/alsa-vm/linux-alsa-uml"; do
  if [ -n "$kernel" ] && [ -x "$kernel" ]; then
    readlink -f "$kernel"
    exit 0
  fi
done
echo "no kernel with an ALSA sequencer; scripts/alsa-vm/build-kernel.sh builds one in a few minutes" >&2
exit 1
