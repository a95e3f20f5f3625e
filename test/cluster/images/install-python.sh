#!/bin/sh
# Runs in a chroot of the Debian root file system: what the runner image has above it.
set -eu
cd /run/build

# Into the system's own Python, as images in the field have it: a virtual environment with --system-site-packages sees it.
pip install --quiet --no-cache-dir --disable-pip-version-check --root-user-action=ignore --break-system-packages \
  --requirement requirements.txt
python3 -m ipykernel install --prefix=/usr/local --name python3 >/dev/null
pip list --format=freeze --path /usr/local/lib/python3.11/dist-packages >installed.txt

# RAPIDS images run as this user; another image of ours runs as the second.
for user in rapids:1001 analyst:1234; do
  groupadd --gid "${user#*:}" "${user%:*}"
  useradd --uid "${user#*:}" --gid "${user#*:}" --create-home --shell /bin/bash "${user%:*}"
done

install -m 755 nvidia-smi /usr/local/bin/nvidia-smi
