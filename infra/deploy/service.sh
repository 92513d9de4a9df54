# shellcheck shell=bash
# The systemd units around docker compose, the first start, and the way back.
unit=/etc/systemd/system/lectern.service
drain_unit=/etc/systemd/system/lectern-drain.service

setup_unit=/etc/systemd/system/lectern-setup.service

write_units() {
  local grace_s
  say "5. systemd units"
  grace_s=$(seconds STOP_GRACE_SECONDS 120)
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
# A boot without a network or a database heals by itself. Nothing is built here: what is absent is pulled, or said.
ExecStart=/bin/bash -c 'until docker compose up -d --no-build --wait --wait-timeout 1800; do sleep 60; done'
${group:+ExecStartPost=$here/infra/guard_metadata.sh $(project)_speech
}TimeoutStartSec=infinity
# Also where the start has not succeeded yet: what runs is drained whatever happened. A plain ExecStop would not do it.
ExecStopPost=/usr/bin/docker compose stop
# Compose stops one service after the other: longer than both may take together.
TimeoutStopSec=$((2 * grace_s + 60))

[Install]
WantedBy=multi-user.target
TEXT
  [[ -z $group ]] || write_drain_unit
  run systemctl daemon-reload
  run systemctl enable lectern.service
  [[ -z $group ]] || run systemctl enable --now lectern-drain.service
}

write_setup_unit() {
  write_file "$setup_unit" <<TEXT
[Unit]
Description=Lectern: what was left to set up before the machine restarted
Wants=network-online.target
After=network-online.target docker.service

[Service]
Type=oneshot
ExecStart=$here/infra/deploy_worker.sh --yes${group:+ --autoscaling-group $group}
TimeoutStartSec=infinity

[Install]
WantedBy=multi-user.target
TEXT
  run systemctl daemon-reload
  run systemctl enable lectern-setup.service
}

forget_setup() {
  [[ -f $setup_unit ]] || return 0
  run systemctl disable lectern-setup.service
  run rm -f "$setup_unit"
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
  get_images
  # In the foreground, with its progress: the unit's start would hide a download of minutes.
  run docker compose run --rm model
  run docker compose up -d --no-build --wait --wait-timeout 1800 || explain_failed_start
  run systemctl start lectern.service
  run docker compose exec -T consumer lectern doctor
}

get_images() { # by their names, so that an older release never becomes today's source
  local tag registry
  tag=$(setting LECTERN_TAG)
  registry=$(setting LECTERN_REGISTRY)
  if [[ -n $registry ]]; then
    run docker compose pull transcriber consumer
  elif [[ ${tag:-latest} == latest ]]; then
    build_images
  else
    docker image inspect "lectern-consumer:$tag" >/dev/null 2>&1 \
      || die "LECTERN_TAG=$tag is not on this machine, and no LECTERN_REGISTRY names where to pull it from"
  fi
}

build_images() { # what ran before stays as the tag previous: LECTERN_TAG=previous goes back
  local image suffix before
  local -A old=()
  for image in lectern-transcriber lectern-consumer; do
    suffix=''
    [[ $image != lectern-transcriber || -z $gpu ]] || suffix=-gpu
    old[$image:previous$suffix]=$(docker image inspect --format '{{.Id}}' "$image:latest$suffix" 2>/dev/null || true)
  done
  run docker compose build
  for image in "${!old[@]}"; do
    before=${old[$image]}
    [[ -z $before || $before == $(docker image inspect --format '{{.Id}}' "${image/previous/latest}" 2>/dev/null || true) ]] \
      || run docker tag "$before" "$image"
  done
}

explain_failed_start() {
  local step
  docker compose ps --all
  for step in model migrate doctor transcriber consumer; do
    say "--- $step"
    docker compose logs --no-log-prefix --tail 10 "$step" || true
  done
  die "it did not start: the last lines above say why; mend it and run this again"
}

remove_service() {
  local each
  for each in "$drain_unit" "$unit" "$setup_unit"; do
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
