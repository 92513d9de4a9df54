#!/usr/bin/env bash
# At every boot, before Docker: makes FOLDER the instance's own disk, which is empty again after each stop.
# Where there is none, or somebody else's data is on it, FOLDER stays on the system disk.
set -euo pipefail
folder=${1:?usage: prepare_scratch.sh FOLDER}
label=lectern-scratch
container_user=10001

say() { printf 'scratch: %s\n' "$*"; }
local_disk() { lsblk -dnpo NAME,MODEL | awk '/Instance Storage/ {print $1; exit}'; }
# Of the disk or of what lies on it: the Deep Learning AMI puts LVM there and mounts that at /opt/dlami/nvme.
mounted_at() { lsblk -nro MOUNTPOINT "$1" | awk 'NF {print; exit}'; }

use_mounted() { # DISK PLACE
  say "$1 is mounted at $2: a folder there"
  mkdir -p "$2/lectern"
  mount --bind "$2/lectern" "$folder"
}

use_own() { # DISK
  case $(blkid -p -o export "$1" || true) in
    *LABEL=$label*) say "$1 has our file system" ;;
    '') say "$1 is empty: a new file system" && mkfs.ext4 -q -L "$label" "$1" ;;
    *) say "$1 holds something that is not ours: left alone" && return ;;
  esac
  mount "$1" "$folder"
}

mkdir -p "$folder"
disk=$(local_disk)
if mountpoint -q "$folder"; then
  say "$folder is mounted"
elif [[ -z $disk ]]; then
  say "no local disk"
elif place=$(mounted_at "$disk") && [[ -n $place ]]; then
  use_mounted "$disk" "$place"
else
  use_own "$disk"
fi
chown "$container_user:$container_user" "$folder"
