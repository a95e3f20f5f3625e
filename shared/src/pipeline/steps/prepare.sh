#!/usr/bin/env bash
# prepare: the run's folders, and the Python environment that the other steps use. Builds that when it has to.
# shellcheck source=lib.sh
. "$SLIPWAY_STEPS/lib.sh"
start_step prepare

# This helper looks at what the interpreter has, so it starts as the tools will: with all site-packages.
helper_flags=()
read_plan

run_limited '' "$SLIPWAY_PYTHON" "$SLIPWAY_STEPS/slipway_steps" build
