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
  pytest=("${plan[poetry]}" run pytest)
else
  pytest=("${plan[python]}" -m pytest)
fi

cd -- "${plan[folder]}"
run_limited '' "${pytest[@]}" "${options[@]}" -- "${plan[suite]}"
