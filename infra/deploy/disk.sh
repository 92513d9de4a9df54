# shellcheck shell=bash
# Swap where memory is small, and downloads on the instance's own fast disk.
swap_file=/lectern.swap
scratch=/mnt/lectern
scratch_unit=/etc/systemd/system/lectern-scratch.service

add_swap() {
  [[ -n $small ]] || return 0
  if grep -qs "^$swap_file " "${SWAPS:-/proc/swaps}"; then say "2. the swap file is in use"; return; fi
  say "2. swap: 2 GB, so that a small machine slows down instead of freezing"
  run fallocate -l 2G "$swap_file"
  run chmod 600 "$swap_file"
  run mkswap "$swap_file"
  run swapon "$swap_file"
  run bash -c "grep -q '^$swap_file ' /etc/fstab || echo '$swap_file none swap sw 0 0' >>/etc/fstab"
}

prepare_scratch() {
  [[ -n $nvme ]] || return 0
  say "3. scratch on $nvme, at every boot: a stop of the instance empties it"
  # Before Docker, which restarts containers by itself at boot; after the Deep Learning AMI has mounted the disk its way.
  write_file "$scratch_unit" <<TEXT
[Unit]
Description=Lectern: the instance's own disk for downloads
Before=docker.service
After=local-fs.target dlami-nvme.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=$here/infra/prepare_scratch.sh $scratch

[Install]
WantedBy=docker.service
TEXT
  run systemctl daemon-reload
  run systemctl enable lectern-scratch.service
  run systemctl restart lectern-scratch.service
}

remove_disk() {
  if [[ -f $scratch_unit ]]; then
    run systemctl disable lectern-scratch.service
    run rm -f "$scratch_unit"
  fi
  mountpoint -q "$scratch" && run umount "$scratch"
  [[ ! -d $scratch ]] || run rm -rf "$scratch"
  if [[ -f $swap_file ]]; then
    run bash -c "swapoff $swap_file 2>/dev/null || true"
    run rm -f "$swap_file"
    run sed -i "\|^$swap_file |d" /etc/fstab
  fi
}
