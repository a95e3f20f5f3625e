#!/bin/sh
# Runs in a chroot of the runner image's file system: what the image of DevEnvs has above it, but for our own programs.
set -eu
cd /run/build

pip install --quiet --no-cache-dir --no-compile --disable-pip-version-check --root-user-action=ignore --break-system-packages \
  --no-deps --requirement devenv-requirements.txt
pip check >/dev/null
sh ./setup
