#!/usr/bin/env bash
# A new instance of the group, once its user data has cloned this checkout: writes .env, deploys.
# The stack's settings come as environment variables. Safe to run again: the user data does so until it succeeds.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
imds=http://169.254.169.254/latest

secret() { # FIELD of your own database's secret
  aws secretsmanager get-secret-value --secret-id "$DATABASE_SECRET" --query SecretString --output text \
    | python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"
}

api_key() { # nothing where there is no such parameter; whatever else goes wrong is tried again
  local said
  if said=$(aws ssm get-parameter --name "$API_KEY_PARAMETER" --with-decryption --query Parameter.Value --output text 2>&1); then
    printf '%s' "$said"
  else
    printf '%s\n' "$said" >&2
    [[ $said == *ParameterNotFound* ]]
  fi
}

more_settings() { # NAME=value lines of the path's parameters; those of .env.example only
  local said
  said=$(aws ssm get-parameters-by-path --path "$SETTINGS_PATH" --recursive --with-decryption --query Parameters --output json)
  python3 - "$here/.env.example" "$said" <<'PYTHON'
import json, re, sys
known = set(re.findall(r"^(?:# )?([A-Z][A-Z0-9_]+)=", open(sys.argv[1]).read(), re.MULTILINE))
for each in json.loads(sys.argv[2] or "[]"):
    name = each["Name"].rsplit("/", 1)[-1]
    if name not in known:
        sys.exit(f"{each['Name']}: .env.example has no {name}")
    value = each["Value"].replace("\\", "\\\\").replace("'", "\\'")
    print(f"{name}='{value}'")
PYTHON
}

quoted() { printf "'%s'" "${1//\'/\\\'}"; } # as compose reads it: nothing in it is special

write_env() { # KEY, then the lines that say how to sign in to the database, then those of the operator, which win
  (
    umask 077
    cat >"$here/.env" <<TEXT
AWS_REGION=$AWS_DEFAULT_REGION
SQS_QUEUE_URL=$SQS_QUEUE_URL
S3_BUCKET=$S3_BUCKET
DB_HOST=$DB_HOST
DB_NAME=lectern
DB_SSLMODE=require
$2
WHISPER_MODEL=$WHISPER_MODEL
CONCURRENCY=$CONCURRENCY
LOG_GROUP=$LOG_GROUP
LECTERN_REGISTRY=$LECTERN_REGISTRY
LECTERN_TAG=${LECTERN_REGISTRY:+$REVISION}
ANTHROPIC_API_KEY=$(quoted "$1")
$3
TEXT
  )
}

tell_the_stack() { # an update waits for this instance; at other times nobody does
  local token id
  token=$(curl -fsS -m 5 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' "$imds/api/token")
  id=$(curl -fsS -m 5 -H "X-aws-ec2-metadata-token: $token" "$imds/meta-data/instance-id")
  aws cloudformation signal-resource --stack-name "$STACK" --logical-resource-id Workers --unique-id "$id" --status SUCCESS || true
}

key=$(api_key)
more=$(more_settings)
if [[ $CREATE_DATABASE == yes ]]; then
  sign_in=$'DB_USER=lectern\nDB_IAM_AUTH=1' # the stack has made this role
else
  user=$(secret username)
  password=$(secret password)
  sign_in=DB_USER=$(quoted "$user")$'\n'DB_PASSWORD=$(quoted "$password")
fi
write_env "$key" "$sign_in" "$more"
"$here/infra/deploy_worker.sh" --yes --autoscaling-group "$STACK"
tell_the_stack
