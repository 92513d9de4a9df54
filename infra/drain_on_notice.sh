#!/usr/bin/env bash
# On an instance of the group: says every minute what it works on, which is what the group grows and shrinks by, keeps it
# from being scaled in while it does, and stops Lectern in order when EC2 announces that it goes away (scale-in or spot).
# https://docs.aws.amazon.com/autoscaling/ec2/userguide/retrieving-target-lifecycle-state-through-imds.html
set -euo pipefail
group=${1:?usage: drain_on_notice.sh AUTOSCALING_GROUP}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
imds=http://169.254.169.254/latest
poll_s=5 polls_a_report=12
protected=--no-protected-from-scale-in spent_before=0

token() { curl -fsS -m 2 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' "$imds/api/token"; }
metadata() { curl -fsS -m 2 -H "X-aws-ec2-metadata-token: $(token)" "$imds/meta-data/$1" 2>/dev/null; }
going_away() { [[ $(metadata autoscaling/target-lifecycle-state || true) == Terminated ]] || metadata spot/instance-action >/dev/null; }

consumer_metrics() { # nothing where there is no consumer yet
  local ask='exec 3<>/dev/tcp/127.0.0.1/8001 && printf "GET /metrics HTTP/1.0\r\n\r\n" >&3 && cat <&3'
  (cd "$here" && docker compose exec -T consumer bash -c "$ask") 2>/dev/null || true
}

report() { # what cannot be said now is said a minute later
  local page working spent
  page=$(consumer_metrics)
  working=$(awk '/^consumer_in_flight /{print int($2)}' <<<"$page")
  spent=$(awk '/^consumer_spend_usd_total/{sum += $2} END {printf "%.4f", sum}' <<<"$page")
  local at="Dimensions=[{Name=Group,Value=$group}]"
  aws cloudwatch put-metric-data --region "$region" --namespace Lectern --metric-data \
    "MetricName=VideosInWork,$at,Value=${working:-0}" \
    "MetricName=ModelSpendUsd,$at,Value=$(awk -v now="$spent" -v before="$spent_before" 'BEGIN {print now < before ? now : now - before}')" || return 0
  spent_before=$spent
  protect "${working:-0}"
}

protect() { # VIDEOS IN WORK
  local wanted=--no-protected-from-scale-in
  [[ $1 == 0 ]] || wanted=--protected-from-scale-in
  [[ $wanted != "$protected" ]] || return 0
  aws autoscaling set-instance-protection --region "$region" --auto-scaling-group-name "$group" --instance-ids "$id" \
    "$wanted" || return 0
  protected=$wanted
}

id=$(metadata instance-id)
region=$(metadata placement/region)
poll=0
until going_away; do
  ((poll % polls_a_report)) || report
  poll=$((poll + 1))
  sleep "$poll_s"
done
echo "this instance is going away: draining"
systemctl stop lectern.service
aws autoscaling complete-lifecycle-action --lifecycle-hook-name drain --auto-scaling-group-name "$group" \
  --lifecycle-action-result CONTINUE --instance-id "$id" --region "$region" || true
