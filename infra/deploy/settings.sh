# shellcheck shell=bash
# .env is the one place for settings: what the unit runs and what a person types read the same. What this machine needs
# is kept in a block of its own there; a value that stands outside the block is the operator's and wins.
block_begin="# --- added by deploy_worker.sh for this machine (set a variable above to choose otherwise) ---"
block_end="# --- end of what deploy_worker.sh added ---"

without_block() { sed "\|^$block_begin|,\|^$block_end|d" "$here/.env"; }

setting() { # NAME: its value as Compose reads the file: the last one wins, quotes and a comment behind a blank are no part of it
  local line
  line=$(without_block 2>/dev/null | sed -nE "s/^[[:space:]]*(export[[:space:]]+)?$1[[:space:]]*=[[:space:]]*//p" | tail -n 1 || true)
  case $line in
    \'*) line=${line#\'} line=${line%%\'*} ;;
    \"*) line=${line#\"} line=${line%%\"*} ;;
    *) line=${line%%[[:space:]]#*} line=${line%"${line##*[![:space:]]}"} ;;
  esac
  printf '%s' "$line"
}

seconds() { # NAME DEFAULT
  local value
  value=$(setting "$1")
  [[ ${value:-$2} =~ ^[0-9]{1,6}$ ]] || die "$1=$value in .env: should be a whole number of seconds"
  printf '%s' "${value:-$2}"
}

needed_settings() { # NAME=value, a line each
  local files=docker-compose.yml
  [[ -z $gpu ]] || files+=:docker-compose.gpu.yml
  [[ -z $(setting LOG_GROUP) ]] || files+=:infra/cloudformation/docker-compose.logs.yml
  [[ $files == docker-compose.yml ]] || printf 'COMPOSE_FILE=%s\n' "$files"
  [[ -z $nvme ]] || printf 'SCRATCH=%s\n' "$scratch"
  [[ -z $small ]] || printf 'WHISPER_MODEL=tiny\n'
  memory_settings
}

memory_settings() { # where the compose file's own limits, 12 and 4 GB, are more than there is
  local all_mib=$((memory_kib / 1024)) system_mib=200 consumer_mib transcriber_mib
  consumer_mib=$((all_mib / 4 > 300 ? all_mib / 4 : 300))
  transcriber_mib=$((all_mib - system_mib - consumer_mib))
  [[ $consumer_mib -ge 4096 ]] || printf 'CONSUMER_MEMORY=%sm\n' "$consumer_mib"
  [[ $transcriber_mib -ge 12288 ]] || printf 'TRANSCRIBER_MEMORY=%sm\n' "$transcriber_mib"
}

write_settings() {
  local line added='' own
  while IFS= read -r line; do
    own=$(setting "${line%%=*}")
    if [[ -n $own ]]; then say "   .env sets ${line%%=*}=$own: kept"; else added+=$line$'\n'; fi
  done < <(needed_settings)
  say "4. settings of this machine${added:+: ${added//$'\n'/ }}"
  own=$(without_block)
  write_file "$here/.env" <<<"$own${added:+$'\n'$block_begin$'\n'$added$block_end}"
  # It holds keys and passwords.
  [[ $(stat -c %a "$here/.env") == 600 ]] || run chmod 600 "$here/.env"
}

remove_settings() {
  grep -qs "^$block_begin" "$here/.env" || return 0
  own=$(without_block)
  write_file "$here/.env" <<<"$own"
}
