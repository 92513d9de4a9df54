# shellcheck shell=bash
# .env is the one place for settings: what the unit runs and what a person types read the same. What this machine needs
# is kept in a block of its own there; a value that stands outside the block is the operator's and wins.
block_begin="# --- added by deploy_worker.sh for this machine (set a variable above to choose otherwise) ---"
block_end="# --- end of what deploy_worker.sh added ---"

without_block() { sed "\|^$block_begin|,\|^$block_end|d" "$here/.env"; }
setting() { without_block 2>/dev/null | sed -n "s/^$1=//p" | tail -n 1 | tr -d "\"'" || true; }

needed_settings() { # NAME=value, a line each
  [[ -z $gpu ]] || printf 'COMPOSE_FILE=docker-compose.yml:docker-compose.gpu.yml\n'
  [[ -z $nvme ]] || printf 'SCRATCH=%s\n' "$scratch"
  [[ -z $small ]] || printf 'WHISPER_MODEL=tiny\n'
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
}

remove_settings() {
  grep -qs "^$block_begin" "$here/.env" || return 0
  own=$(without_block)
  write_file "$here/.env" <<<"$own"
}
