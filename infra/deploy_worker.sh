#!/usr/bin/env bash
# Makes an Ubuntu 22.04, 24.04 or 26.04 machine a Lectern worker; safe to run again. --help says what it does.
set -Eeuo pipefail
shopt -s inherit_errexit
trap 'printf "deploy_worker: the step above failed with %s; nothing after it was done\n" "$?" >&2' ERR
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
dry_run='' yes='' uninstall='' group=''

usage() {
  cat <<'TEXT'
usage: sudo infra/deploy_worker.sh [--dry-run] [--yes] [--uninstall] [--autoscaling-group NAME]

Run it from a checkout of Lectern that has a .env (cp .env.example .env, then edit it).
It looks at the machine, says what it will do, asks, and then
  1. installs Docker, and with an NVIDIA GPU the driver (which wants a restart, after which it goes on by itself) and
     the NVIDIA container toolkit
  2. adds a 2 GB swap file where memory is under 2 GB
  3. puts downloads on the instance's own NVMe disk where there is one, anew at every boot
  4. adds to .env what this machine needs (GPU file, small model, memory, disk), except what you have set there
  5. writes a systemd unit that runs docker compose, at every boot
  6. builds the images (or pulls them, with LECTERN_REGISTRY), fetches the model, starts, and runs lectern doctor

  --dry-run            say what would be done, change nothing
  --yes                do not ask, not even before a restart
  --uninstall          take away what this script made, containers too; packages, images and volumes stay
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

# shellcheck source-path=SCRIPTDIR source=deploy/machine.sh
. "$here/infra/deploy/machine.sh"
# shellcheck source-path=SCRIPTDIR source=deploy/packages.sh
. "$here/infra/deploy/packages.sh"
# shellcheck source-path=SCRIPTDIR source=deploy/disk.sh
. "$here/infra/deploy/disk.sh"
# shellcheck source-path=SCRIPTDIR source=deploy/settings.sh
. "$here/infra/deploy/settings.sh"
# shellcheck source-path=SCRIPTDIR source=deploy/service.sh
. "$here/infra/deploy/service.sh"

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

[[ $(id -u) == 0 || -n $dry_run ]] || die "run it with sudo"
cd "$here" # where docker compose finds .env, which names the files
if [[ -n $uninstall ]]; then
  say "Taking Lectern off this machine (packages, images and volumes stay)"
  remove_service
  remove_settings
  remove_disk
  remove_package_source
  run systemctl daemon-reload
  exit 0
fi

look
refuse_what_cannot_work
explain
install_driver
install_docker
install_nvidia_toolkit
refuse_a_taken_port
add_swap
prepare_scratch
write_settings
write_units
start
if [[ -n $dry_run ]]; then say "Nothing was changed: run it without --dry-run to do this."; exit 0; fi
cat <<TEXT

Lectern runs. What next, in $here:
  docker compose logs -f                        watch it
  docker compose exec consumer lectern submit https://www.youtube.com/watch?v=VIDEO
  docker compose exec consumer lectern status ID
  curl -F file=@talk.mp3 localhost:$port/transcribe
TEXT
