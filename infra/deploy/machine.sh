# shellcheck shell=bash
# What machine is this, and can it work at all? The paths can be set, so that tests describe a machine of their own.
small_memory_kib=2000000 # under about 2 GB: a t2.micro

look() {
  # shellcheck source=/dev/null
  . "${OS_RELEASE:-/etc/os-release}"
  memory_kib=$(awk '/^MemTotal/ {print $2}' "${MEMINFO:-/proc/meminfo}")
  small=''
  [[ $memory_kib -ge $small_memory_kib ]] || small="little: a swap file is added, and WHISPER_MODEL=tiny unless .env names one"
  gpu=$(find_gpu)
  nvme=$(lsblk -dnpo NAME,MODEL 2>/dev/null | awk '/Instance Storage/ {print $1; exit}' || true)
  port=$(setting PUBLISH_PORT)
  port=${port:-8000}
}

find_gpu() { # by the bus, as lspci may be missing: a display device (class 03) of NVIDIA (vendor 10de)
  local device
  for device in "${PCI_DEVICES:-/sys/bus/pci/devices}"/*; do
    [[ -f $device/vendor && $(cat "$device/vendor") == 0x10de && $(cat "$device/class") == 0x03* ]] || continue
    printf 'NVIDIA, at %s' "${device##*/}"
    return
  done
}

refuse_what_cannot_work() {
  [[ $ID == ubuntu && $VERSION_ID =~ ^(22|24|26)\.04$ ]] \
    || die "this is $ID ${VERSION_ID:-}; the script knows Ubuntu 22.04, 24.04 and 26.04"
  [[ -f $here/.env ]] || die "no $here/.env: cp .env.example .env, then fill in the queue, database and bucket"
  [[ -z $gpu ]] || refuse_an_old_driver
  refuse_a_full_disk
}

refuse_an_old_driver() {
  local found version capability name packages install least=525
  packages=$(driver_packages)
  install="use the Deep Learning Base AMI, or apt install $packages and reboot"
  driver=''
  command -v nvidia-smi >/dev/null || return 0 # it is installed
  driver=1
  found=$(nvidia-smi --query-gpu=driver_version,compute_cap,name --format=csv,noheader 2>&1 | head -n 1) \
    || die "the GPU's driver does not work ($found): $install"
  IFS=, read -r version capability name <<<"$found"
  [[ $version =~ ^[0-9]+ ]] || die "the GPU's driver does not work ($found): $install"
  # The model's library brings no code for Hopper (9.0) and later: the driver compiles it, and needs to know CUDA 12.8.
  [[ ${capability# } == [1-8].* ]] || least=570
  [[ ${version%%.*} -ge $least ]] || die "the driver is $version and${name:- this GPU} wants $least or newer: $install"
}

refuse_a_full_disk() {
  [[ ! -f $unit ]] || return 0 # the images are there already
  local folder=/var/lib/docker free_gb needed_gb=10
  [[ -z $gpu ]] || needed_gb=25
  [[ -d $folder ]] || folder=/
  free_gb=$(df --output=avail -B1G "$folder" | tail -n 1 | tr -d ' ')
  [[ $free_gb -ge $needed_gb ]] \
    || die "$free_gb GB are free on the system disk and images, model and downloads want $needed_gb: enlarge the volume"
}

refuse_a_taken_port() {
  local taken
  taken=$(ss -Hltnp "sport = :$port" 2>/dev/null || true)
  [[ -n $taken ]] || return 0
  [[ -z $(docker ps -q --filter "publish=$port" --filter "label=com.docker.compose.project.working_dir=$here") ]] || return 0
  die "port $port is taken ($(head -n 1 <<<"$taken" | tr -s ' ')): stop that, or set PUBLISH_PORT in .env"
}

explain() {
  say "Lectern in $here on $PRETTY_NAME, $(awk "BEGIN {printf \"%.1f\", $memory_kib / 1048576}") GB of memory"
  say "  GPU      ${gpu:-none: the model runs on the CPU, several times slower}"
  [[ -z $gpu || -n $driver ]] || say "  driver   none: it is installed, the machine restarts, and this goes on by itself"
  say "  memory   ${small:-enough}"
  say "  scratch  ${nvme:-on the system disk}"
  [[ -n $dry_run || -n $yes ]] && return
  read -r -p "Go ahead? [y/N] " answer
  [[ $answer == [yY]* ]] || die "nothing was changed"
}
