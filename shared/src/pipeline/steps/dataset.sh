#!/usr/bin/env bash
# dataset: fetches the run's data set, or checks the one on a mounted volume. Before prepare, in a pod without a GPU.
# shellcheck source=lib.sh
. "$SLIPWAY_STEPS/lib.sh"
start_step dataset
read_plan

run_limited '' "$SLIPWAY_PYTHON" "${helper_flags[@]}" "$SLIPWAY_STEPS/slipway_steps" fetch-dataset
