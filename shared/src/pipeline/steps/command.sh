#!/usr/bin/env bash
# command: the command of run.json, in work/, with its arguments taken literally.
# shellcheck source=lib.sh
. "$SLIPWAY_STEPS/lib.sh"
start_step command
read_plan
use_environment

helper record-machine || echo 'environment.json could not be written'

cd -- "${plan[folder]}"
run_limited '' "${arguments[@]}"
