#!/usr/bin/env bash
# run.sh [--memory SIZE] [--seconds LIMIT] [--writable FOLDER]... -- COMMAND [ARGUMENT...]
#
# Runs COMMAND under a user-mode Linux kernel that has an ALSA sequencer (/dev/snd/seq), for machines that have none.
# It sees the host's files (read-only but for the folders named), the host's environment, and a loopback of its own;
# it does not see the host's network or processes. No rights are needed. Start to end costs about a second.
# Output and exit status are COMMAND's own; 124 means that the limit ran out, 125 that the kernel did not get that far.
set -eu
here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
memory=1024M
limit=120
writable=()

while [ $# -gt 0 ]; do
  case $1 in
    --memory) memory=$2; shift 2 ;;
    --seconds) limit=$2; shift 2 ;;
    --writable) writable+=("$(readlink -f "$2")"); shift 2 ;;
    --) shift; break ;;
    *) echo "run.sh: unknown option $1" >&2; exit 125 ;;
  esac
done
[ $# -gt 0 ] || { echo "usage: run.sh [--memory SIZE] [--seconds LIMIT] [--writable FOLDER]... -- COMMAND [ARGUMENT...]" >&2; exit 125; }
kernel=$("$here/find-kernel.sh") || exit 125

# Short, because a socket path below it has to fit into 108 bytes.
job=$(mktemp -d /tmp/alsa-vm.XXXXXX)
trap 'rm -rf "$job"' EXIT
: >"$job/stdout"
: >"$job/stderr"
for folder in "${writable[@]}"; do echo "$folder"; done >"$job/writable"
{
  declare -x | grep -vE '^declare -x (TMPDIR|OLDPWD|PWD|SHLVL)(=|$)' || true
  echo 'export TMPDIR=/dev/shm'
  printf 'cd %q || exit 127\n' "$PWD"
  printf 'exec'
  printf ' %q' "$@"
  echo
} >"$job/command"
install -m 755 "$here/guest-init.sh" "$job/init"

# The guest's memory is a sparse file that must be mapped executable: tmpfs is fastest where it is there.
backing=/tmp
[ -w /dev/shm ] && backing=/dev/shm
TMPDIR=$backing HOME=$job timeout --kill-after=2 "$limit" "$kernel" \
  mem="$memory" root=none rootfstype=hostfs rootflags=/ ro quiet \
  random.trust_cpu=on random.trust_bootloader=on \
  con=null con0=null,fd:1 ssl=null uml_dir="$job" umid=guest \
  init="$job/init" job="$job" </dev/null >"$job/console" 2>&1 &
machine=$!
tail -q -n +1 -s 0.05 --pid=$machine -f "$job/stdout" 2>/dev/null & out=$!
tail -q -n +1 -s 0.05 --pid=$machine -f "$job/stderr" >&2 & err=$!
status=0
wait "$machine" || status=$?
wait "$out" "$err" || true

if [ -s "$job/code" ]; then
  exit "$(cat "$job/code")"
elif [ "$status" = 124 ] || [ "$status" = 137 ]; then
  echo "run.sh: the limit of $limit s ran out" >&2
  exit 124
fi
cat "$job/console" >&2
exit 125
