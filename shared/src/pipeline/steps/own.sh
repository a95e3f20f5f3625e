#!/usr/bin/env bash
# own: hands the run's folder to the run's user. The one step that runs as root, and only where the team's profile allows it
# (rootPrepare): for volumes on which fsGroup does nothing. It touches the mount points alone, and nothing in them.
set -euo pipefail

readonly owner=$SLIPWAY_UID:$SLIPWAY_GID
if [[ ! $owner =~ ^[0-9]+:[0-9]+$ ]]; then
  echo 'own: SLIPWAY_UID and SLIPWAY_GID have to be numbers' >&2
  exit 64
fi

code=0
for folder in "$SLIPWAY_RUN_DIR" "${SLIPWAY_ENVIRONMENTS:-}" "${SLIPWAY_DATASETS:-}"; do
  [[ -n $folder ]] || continue
  if chown --no-dereference -- "$owner" "$folder" && chmod u+rwx -- "$folder"; then
    echo "own: $folder belongs to $owner"
  else
    code=1
  fi
done
exit "$code"
