#!/usr/bin/env bash
# notebook: papermill runs the notebook, in its folder, with the parameters of run.json.
# shellcheck source=lib.sh
. "$SLIPWAY_STEPS/lib.sh"
start_step notebook
read_plan
use_environment

# GPU, driver, CUDA, image; beside papermill's start, because nvidia-smi may take a second.
helper record-machine &
recorder=$!

options=(
  --log-output --log-level DEBUG --progress-bar --report-mode
  --kernel "${plan[kernel]}" --language "${plan[language]}" --cwd "${plan[folder]}"
)
[[ -z ${plan[parameters]} ]] || options+=(-f "${plan[parameters]}")
[[ -z ${plan[cellLimit]} ]] || options+=(--execution-timeout "${plan[cellLimit]}")

# run_papermill.py is papermill's own command line with an engine that reports the cells to progress.jsonl.
code=0
run_limited "$SLIPWAY_OUTPUT/papermill.log" \
  "${plan[python]}" "$SLIPWAY_STEPS/slipway_steps/run_papermill.py" "${plan[input]}" "${plan[output]}" "${options[@]}" ||
  code=$?

wait "$recorder" || echo 'environment.json could not be written'
exit "$code"
