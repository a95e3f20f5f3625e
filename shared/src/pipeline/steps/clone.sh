#!/usr/bin/env bash
# clone: the run's Git repository, and the one with its tests. Before prepare, in a pod without a GPU.
# shellcheck source=lib.sh
. "$SLIPWAY_STEPS/lib.sh"
start_step clone
read_plan

run_limited '' "$SLIPWAY_PYTHON" "${helper_flags[@]}" "$SLIPWAY_STEPS/slipway_steps" clone
