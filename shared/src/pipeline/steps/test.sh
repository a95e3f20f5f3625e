#!/usr/bin/env bash
# test: pytest runs the suite against the executed notebook and its HTML.
# shellcheck source=lib.sh
. "$SLIPWAY_STEPS/lib.sh"
start_step test
read_plan
use_environment

options=(
  --cov=./ --cov-report="xml:$SLIPWAY_OUTPUT/coverage.xml" --junitxml="$SLIPWAY_OUTPUT/pytest_results.xml"
  --html="$SLIPWAY_OUTPUT/pytest_report.html" --self-contained-html --rootdir="${plan[folder]}"
)
[[ -z ${plan[marker]} ]] || options=(-m "${plan[marker]}" "${options[@]}")

if [[ -n ${plan[poetry]} ]]; then
  # Without the first `--`, poetry takes the second for its own, and what stands before it for its own options.
  pytest=("${plan[poetry]}" run -- pytest)
  # In a pod the interpreter is the environment; poetry would make an empty one of its own.
  if [[ -n $in_pod && -z ${VIRTUAL_ENV:-}${CONDA_PREFIX:-} ]]; then
    export POETRY_VIRTUALENVS_CREATE=${POETRY_VIRTUALENVS_CREATE:-false}
  fi
else
  pytest=("${plan[python]}" -m pytest)
fi

cd -- "${plan[folder]}"
run_limited '' "${pytest[@]}" "${options[@]}" -- "${plan[suite]}"
