#!/usr/bin/env bash
# At every start of the group's unit: whoever speaks with the transcriber's address gets nothing from EC2's metadata, so that a
# file which breaks out of its decoder finds no instance role. The consumer, whose role it is, goes by another network.
set -euo pipefail
network=${1:?usage: guard_metadata.sh DOCKER_NETWORK}
metadata=169.254.169.254

subnet=$(docker network inspect --format '{{(index .IPAM.Config 0).Subnet}}' "$network")
rule=(DOCKER-USER -s "$subnet" -d "$metadata" -j REJECT)
iptables -C "${rule[@]}" 2>/dev/null || iptables -I "${rule[@]}"
