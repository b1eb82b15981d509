#!/bin/bash
# The first program inside the kernel that run.sh starts. The kernel hands `job` over as an environment variable:
# the host's folder with `command`, `writable`, and room for `stdout`, `stderr` and `code`.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

mount -n -t proc none /proc
mount -n -t sysfs none /sys
mount -n -t devtmpfs none /dev
mkdir -p /dev/pts /dev/shm
mount -n -t devpts none /dev/pts
mount -n -t tmpfs none /dev/shm
mount -n -t tmpfs none /run
ln -s /proc/self/fd /dev/fd
ln -s /proc/self/fd/0 /dev/stdin
ln -s /proc/self/fd/1 /dev/stdout
ln -s /proc/self/fd/2 /dev/stderr

# The root is the host's, read-only; these folders are laid over themselves so that they can be written.
mount -n -t hostfs -o "$job" none "$job"
while IFS= read -r folder; do
  mount -n -t hostfs -o "$folder" none "$folder"
done <"$job/writable"

# Loopback up (SIOCSIFFLAGS): perl is on every Debian, iproute2 is not.
perl -e 'socket(S, 2, 2, 0); $up = pack("a16 s x22", "lo", 1); ioctl(S, 0x8914, $up) or die "loopback: $!\n"' 2>>"$job/stderr"

setsid bash "$job/command" </dev/null >>"$job/stdout" 2>>"$job/stderr"
echo $? >"$job/code"
sync
# reboot(2) with "power off", for the same reason.
perl -e 'syscall(169, 0xfee1dead, 672274793, 0x4321fedc, 0)'
