# shellcheck shell=bash
# Docker with Compose, and what lets containers use the GPU.
least_compose=2.20 # depends_on.required
# Names of our own, so that --uninstall takes away nobody else's.
nvidia_keyring=/usr/share/keyrings/lectern-nvidia.gpg
nvidia_list=/etc/apt/sources.list.d/lectern-nvidia.list

apt_install() { # waits for the machine's own first updates, which hold the locks for minutes
  # The lists' lock has no timeout of its own.
  run bash -c 'for _ in {1..30}; do apt-get update -qq && exit; sleep 10; done; exit 1'
  run env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 install -y -qq "$@"
}

compose_is_new() {
  local version
  version=$(docker compose version --short 2>/dev/null) || return 1
  printf '%s\n' "$least_compose" "${version#v}" | sort -VC
}

install_docker() {
  if command -v docker >/dev/null && compose_is_new && docker buildx version >/dev/null 2>&1; then
    say "1. Docker and Compose are there"
  elif dpkg -s docker-ce >/dev/null 2>&1; then # Docker's own packages, which docker.io's would throw out
    say "1. Compose and buildx from Docker's packages"
    apt_install docker-compose-plugin docker-buildx-plugin
  else
    say "1. Docker"
    apt_install docker.io docker-compose-v2 docker-buildx
  fi
  [[ -n $dry_run ]] && return
  docker info >/dev/null 2>&1 || run systemctl enable --now docker
  compose_is_new || die "docker compose is older than $least_compose: upgrade it (Docker's own packages or docker-compose-v2)"
}

driver_packages() { # of a branch for servers that knows CUDA 12.8, without anything for screens
  local branch=570
  [[ $VERSION_ID != 26.04 ]] || branch=580
  printf 'nvidia-headless-%s-server nvidia-utils-%s-server' "$branch" "$branch"
}

install_driver() {
  [[ -n $gpu ]] || return 0
  if [[ -n $driver ]]; then forget_setup; return; fi
  [[ ! -f $setup_unit ]] || die "the driver was installed and does not answer: sudo reboot; if you did, dkms status says why"
  say "   NVIDIA driver, and a restart that it needs"
  # shellcheck disable=SC2046
  apt_install "linux-headers-$(uname -r)" $(driver_packages)
  write_setup_unit
  restart_machine
}

restart_machine() {
  if [[ -z $dry_run && -z $yes ]]; then
    read -r -p "The driver works after a restart of the machine; then this goes on by itself. Restart now? [y/N] " answer
    [[ $answer == [yY]* ]] || { say "Restart it when it suits: the rest follows then (journalctl -u lectern-setup)."; exit 0; }
  fi
  run systemctl reboot
  [[ -n $dry_run ]] || exit 0
}

install_nvidia_toolkit() {
  [[ -n $gpu ]] || return 0
  if command -v nvidia-ctk >/dev/null; then
    say "   the NVIDIA container toolkit is there"
  else
    say "   NVIDIA container toolkit"
    local site=https://nvidia.github.io/libnvidia-container
    run bash -c "curl -fsSL --retry 5 $site/gpgkey | gpg --dearmor --yes -o $nvidia_keyring"
    write_file "$nvidia_list" <<<"deb [signed-by=$nvidia_keyring] $site/stable/deb/amd64 /"
    apt_install nvidia-container-toolkit
  fi
  # Asked of Docker itself: an earlier run may have been cut off between installing and configuring.
  if docker info --format '{{json .Runtimes}}' 2>/dev/null | grep -q '"nvidia"'; then return; fi
  run nvidia-ctk runtime configure --runtime=docker
  run systemctl restart docker
}

remove_package_source() {
  [[ -f $nvidia_list || -f $nvidia_keyring ]] || return 0
  run rm -f "$nvidia_list" "$nvidia_keyring"
}
