#!/usr/bin/env bash
# collect: the index of the artifacts, a summary for people, and the verdict on the run. Runs after a cancel, too.
# shellcheck source=lib.sh
. "$SLIPWAY_STEPS/lib.sh"
start_step collect
read_plan
