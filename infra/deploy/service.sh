# shellcheck shell=bash
# The systemd units around docker compose, the first start, and the way back.
unit=/etc/systemd/system/lectern.service
drain_unit=/etc/systemd/system/lectern-drain.service

write_units() {
  local grace_s
  say "5. systemd units"
  grace_s=$(setting STOP_GRACE_SECONDS)
  write_file "$unit" <<TEXT
[Unit]
Description=Lectern: lectures into study material
Requires=docker.service
Wants=network-online.target
After=docker.service network-online.target

[Service]
Type=oneshot
RemainAfterExit=yes
WorkingDirectory=$here
ExecStart=/usr/bin/docker compose up -d --wait --wait-timeout 1800
ExecStop=/usr/bin/docker compose stop
TimeoutStartSec=1900
# Compose stops one service after the other: longer than both may take together.
TimeoutStopSec=$((2 * ${grace_s:-120} + 60))
# A boot without a network or a database heals by itself.
Restart=on-failure
RestartSec=60

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
  say "6. images, model, start"
  run docker compose build
  # In the foreground, with its progress: the unit's start would hide a download of minutes.
  run docker compose run --rm model
  run systemctl restart lectern.service || explain_failed_start
  run docker compose exec -T consumer lectern doctor
}

explain_failed_start() {
  local step
  docker compose ps --all
  for step in model migrate doctor transcriber consumer; do
    say "--- $step"
    docker compose logs --no-log-prefix --tail 10 "$step" || true
  done
  die "it did not start: the last lines above say why (systemd tries again every minute; docker compose ps --all)"
}

remove_service() {
  local each
  for each in "$drain_unit" "$unit"; do
    [[ -f $each ]] || continue
    run systemctl disable --now "$(basename "$each")" || true
    run rm -f "$each"
  done
  command -v docker >/dev/null || return 0
  # By the project's name, and away from the compose files, which want a .env.
  (cd / && run docker compose -p "$(project)" down) || true
}

project() {
  local name
  name=$(setting COMPOSE_PROJECT_NAME)
  name=${name:-$(basename "$here")}
  printf '%s' "${name,,}" | tr -cd 'a-z0-9_-'
}
