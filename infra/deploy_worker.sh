#!/usr/bin/env bash
# Makes an Ubuntu 22.04 or 24.04 machine a Lectern worker; safe to run again. --help says what it does.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
unit=/etc/systemd/system/lectern.service
drain_unit=/etc/systemd/system/lectern-drain.service
small_memory_kib=2000000 # under about 2 GB: a t2.micro
dry_run='' yes='' uninstall='' group=''

usage() {
  cat <<'TEXT'
usage: sudo infra/deploy_worker.sh [--dry-run] [--yes] [--uninstall] [--autoscaling-group NAME]

Run it from a checkout of Lectern that has a .env (cp .env.example .env, then edit it).
It looks at the machine, says what it will do, asks, and then
  1. installs Docker, and with an NVIDIA GPU the NVIDIA container toolkit
  2. adds a 2 GB swap file and chooses the small model where memory is under 2 GB
  3. puts downloads on the instance's own NVMe disk where there is one
  4. writes a systemd unit that runs docker compose, and starts it at every boot
  5. builds the images, fetches the model, starts, and runs lectern doctor

  --dry-run            say what would be done, change nothing
  --yes                do not ask
  --uninstall          stop Lectern and take away what this script made (not Docker, not your data)
  --autoscaling-group  the group to tell when this instance has drained
TEXT
}

say() { printf '%s\n' "$*"; }
die() { printf 'deploy_worker: %s\n' "$*" >&2; exit 1; }
# Everything that changes the machine goes through these two.
run() {
  say "  + $*"
  [[ -n $dry_run ]] || "$@"
}
write_file() { # PATH, content on standard input
  local content
  content=$(cat)
  if [[ -f $1 && $(cat "$1") == "$content" ]]; then return; fi
  say "  + write $1"
  [[ -n $dry_run ]] || { mkdir -p "$(dirname "$1")" && printf '%s\n' "$content" >"$1"; }
}

while [[ $# -gt 0 ]]; do
  case $1 in
    --dry-run) dry_run=1 ;;
    --yes) yes=1 ;;
    --uninstall) uninstall=1 ;;
    --autoscaling-group) group=${2:?--autoscaling-group needs a name}; shift ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; die "unknown option $1" ;;
  esac
  shift
done

# --- what machine is this? ---------------------------------------------------------------------------------------
look() {
  # shellcheck source=/dev/null
  . "${OS_RELEASE:-/etc/os-release}"
  [[ $ID == ubuntu && ($VERSION_ID == 22.04 || $VERSION_ID == 24.04) ]] \
    || die "this is $ID $VERSION_ID; the script knows Ubuntu 22.04 and 24.04"
  [[ $(id -u) == 0 || -n $dry_run ]] || die "run it with sudo"
  [[ -f $here/.env ]] || die "no $here/.env: cp .env.example .env, then fill in the queue, database and bucket"
  memory_kib=$(awk '/^MemTotal/ {print $2}' "${MEMINFO:-/proc/meminfo}")
  small=''
  [[ $memory_kib -ge $small_memory_kib ]] || small="under 2 GB: a swap file is added and WHISPER_MODEL=tiny is used"
  gpu=$(lspci 2>/dev/null | grep -i -m1 'nvidia' || true)
  nvme=$(lsblk -dno NAME,MODEL 2>/dev/null | awk '/Instance Storage/ {print "/dev/" $1; exit}')
}

explain() {
  say "Lectern in $here on $PRETTY_NAME, $((memory_kib / 1048576)) GB of memory"
  say "  GPU      ${gpu:-none: the model runs on the CPU, several times slower}"
  say "  memory   ${small:-enough}"
  say "  scratch  ${nvme:-on the system disk}"
  [[ -n $dry_run || -n $yes ]] && return
  read -r -p "Go ahead? [y/N] " answer
  [[ $answer == [yY]* ]] || die "nothing was changed"
}

# --- the steps ---------------------------------------------------------------------------------------------------
install_docker() {
  if command -v docker >/dev/null && docker compose version >/dev/null 2>&1; then say "1. Docker is there"; return; fi
  say "1. Docker"
  run apt-get update -qq
  run env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq docker.io docker-compose-v2 docker-buildx
  run systemctl enable --now docker
}

install_nvidia_toolkit() {
  [[ -n $gpu ]] || return 0
  command -v nvidia-smi >/dev/null \
    || die "there is a GPU but no driver: use the Deep Learning Base AMI, or apt install nvidia-driver-570-server and reboot"
  if command -v nvidia-ctk >/dev/null; then say "   the NVIDIA container toolkit is there"; return; fi
  say "   NVIDIA container toolkit"
  local keyring=/usr/share/keyrings/nvidia-container-toolkit.gpg list=/etc/apt/sources.list.d/nvidia-container-toolkit.list
  local site=https://nvidia.github.io/libnvidia-container
  run bash -c "curl -fsSL $site/gpgkey | gpg --dearmor --yes -o $keyring"
  write_file "$list" <<<"deb [signed-by=$keyring] $site/stable/deb/amd64 /"
  run apt-get update -qq
  run env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq nvidia-container-toolkit
  run nvidia-ctk runtime configure --runtime=docker
  run systemctl restart docker
}

add_swap() {
  [[ -n $small ]] || return 0
  if [[ -f /swapfile ]]; then say "2. the swap file is there"; return; fi
  say "2. swap: 2 GB, so that a small machine slows down instead of freezing"
  run fallocate -l 2G /swapfile
  run chmod 600 /swapfile
  run mkswap /swapfile
  run swapon /swapfile
  run bash -c "grep -q '^/swapfile' /etc/fstab || echo '/swapfile none swap sw 0 0' >>/etc/fstab"
}

mount_scratch() {
  [[ -n $nvme ]] || return 0
  say "3. scratch on $nvme"
  # Instance storage is empty again after every stop: make the file system only where there is none.
  run bash -c "blkid $nvme >/dev/null || mkfs.ext4 -q -L lectern-scratch $nvme"
  run mkdir -p /mnt/scratch
  run bash -c "grep -q lectern-scratch /etc/fstab || echo 'LABEL=lectern-scratch /mnt/scratch ext4 defaults,nofail 0 2' >>/etc/fstab"
  run bash -c "mountpoint -q /mnt/scratch || mount /mnt/scratch"
  run install -d -o 10001 -g 10001 /mnt/scratch/lectern
}

compose_files() { printf '%s' "-f docker-compose.yml${gpu:+ -f docker-compose.gpu.yml}"; }

write_units() {
  say "4. systemd units"
  write_file /etc/lectern.env <<TEXT
${nvme:+SCRATCH=/mnt/scratch/lectern}
${small:+WHISPER_MODEL=tiny}
TEXT
  write_file "$unit" <<TEXT
[Unit]
Description=Lectern: lectures into study material
Requires=docker.service
After=docker.service network-online.target

[Service]
Type=oneshot
RemainAfterExit=yes
WorkingDirectory=$here
EnvironmentFile=/etc/lectern.env
ExecStart=/usr/bin/docker compose $(compose_files) up -d --wait --wait-timeout 1800
ExecStop=/usr/bin/docker compose $(compose_files) stop
TimeoutStartSec=1900
# Longer than the longest stop_grace_period (120 s) in docker-compose.yml.
TimeoutStopSec=180

[Install]
WantedBy=multi-user.target
TEXT
  [[ -z $group ]] || write_drain_unit
  run systemctl daemon-reload
  run systemctl enable lectern.service
  [[ -z $group ]] || run systemctl enable --now lectern-drain.service
}

write_drain_unit() {
  write_file "$drain_unit" <<TEXT
[Unit]
Description=Lectern: drain before this instance is taken away
After=lectern.service

[Service]
ExecStart=$here/infra/drain_on_notice.sh $group
Restart=always

[Install]
WantedBy=multi-user.target
TEXT
}

start() {
  say "5. images, model, start"
  cd "$here"
  # Split on purpose: one -f per compose file.
  # shellcheck disable=SC2046
  run docker compose $(compose_files) build
  # In the foreground, with its progress: the unit's start would hide a download of minutes.
  # shellcheck disable=SC2046
  run docker compose $(compose_files) run --rm model
  run systemctl restart lectern.service
  # shellcheck disable=SC2046
  run docker compose $(compose_files) exec -T consumer lectern doctor
}

remove() {
  say "Taking Lectern off this machine (Docker, images and data volumes stay)"
  run systemctl disable --now lectern-drain.service lectern.service || true
  run rm -f "$unit" "$drain_unit" /etc/lectern.env
  run systemctl daemon-reload
}

look
if [[ -n $uninstall ]]; then remove; exit 0; fi
explain
install_docker
install_nvidia_toolkit
add_swap
mount_scratch
write_units
start
if [[ -n $dry_run ]]; then say "Nothing was changed: run it without --dry-run to do this."; exit 0; fi
cat <<TEXT

Lectern runs. What next:
  docker compose logs -f                        watch it
  docker compose exec consumer lectern submit https://www.youtube.com/watch?v=VIDEO
  docker compose exec consumer lectern status ID
  curl -F file=@talk.mp3 localhost:8000/transcribe
TEXT
