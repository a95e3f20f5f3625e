# shellcheck shell=bash
# What every step does: keeps its log, asks the Python helper for its plan, keeps the time limit, writes its result.
# Sourced by the step scripts. The variables it starts from are listed in README.md.
set -euo pipefail

declare -A plan=()                   # what `read_plan` got, by name
declare -a arguments=() environment=() # its lists: an argument vector, NAME=value pairs
step='' child='' stopped='' keeper='' in_pod=''
[[ ${SLIPWAY_TARGET:-} != cluster ]] || in_pod=1

# The helpers start without site-packages: a tenth of a second matters when there are ten starts in a run.
declare -a helper_flags=(-I -S)
helper() { "$SLIPWAY_PYTHON" "${helper_flags[@]}" "$SLIPWAY_STEPS/slipway_steps" "$@"; }

# start_step NAME: to be called first.
start_step() {
  step=$1
  trap 'stop_step' TERM INT HUP
  if [[ -n $in_pod ]]; then
    # shellcheck source=cluster.sh
    . "$SLIPWAY_STEPS/cluster.sh"
    enter_pod
  fi
  cd -- "$SLIPWAY_RUN_DIR"
  local folder
  for folder in logs results output; do
    [[ -d $folder ]] || mkdir -p -- "$folder"
  done
  # Where a run reuses steps of another, the helper knows which results are to stay.
  if [[ -z ${SLIPWAY_REUSE:-} && -e results/$step.json ]]; then rm -f -- "results/$step.json"; fi
  if [[ ${SLIPWAY_LOG:-} != captured ]]; then
    # It ends with its input, not by a signal, so that the last lines are kept.
    exec > >(
      trap '' TERM INT HUP
      exec "$SLIPWAY_PYTHON" "${helper_flags[@]}" "$SLIPWAY_STEPS/slipway_steps/__main__.py" keep-log \
        "$SLIPWAY_RUN_DIR/logs/$step.log"
    ) 2>&1
    keeper=$!
  fi
  trap 'end_step $?' EXIT
}

# read_plan: asks the helper what to do. Ends the step here when the helper has settled it (skipped, or failed already).
read_plan() {
  local name value
  while IFS= read -r -d '' name && IFS= read -r -d '' value; do
    case $name in
      argument) arguments+=("$value") ;;
      environment) environment+=("$value") ;;
      *) plan[$name]=$value ;;
    esac
  done < <(helper plan "$step")
  [[ -z ${plan[settled]:-} ]] || exit "${plan[settled]}"
  [[ -n ${plan[planned]:-} ]] || exit 70
  [[ -z $stopped ]] || exit 143
}

# use_environment: puts the interpreter that `prepare` chose first, as activating a virtual environment does.
use_environment() {
  local bin=${plan[python]%/*}
  export PATH="$bin:$PATH"
  if [[ -e $bin/../pyvenv.cfg ]]; then export VIRTUAL_ENV=${bin%/*}; fi
  # Jupyter looks for kernels and templates beside the running interpreter only; a layer has its base's tools.
  local base=${SLIPWAY_PYTHON%/*}
  export JUPYTER_PATH="${JUPYTER_PATH:+$JUPYTER_PATH:}${base%/*}/share/jupyter"
}

# `timeout` tells what it starts twice that its time is over, by its id and as one of its group, and the second time breaks what a
# program does about the first, like saving. So it starts a shell that minds neither, and the program is one of the group.
limited='trap : TERM INT HUP; exec 3>&2 2>/dev/null; (exec -- "$@" 2>&3 3>&-); exit'

# run_limited LOG COMMAND…: runs a command under the step's time limit, tee'd to LOG unless that is empty; the status is
# the command's. It runs in the background so that a TERM is passed on at once.
run_limited() {
  local log=$1 out=1 copy='' code=0
  shift
  local -a limit=() with=()
  [[ -z ${plan[limit]:-} ]] || limit=(timeout --signal=INT --kill-after=60s "${plan[limit]}" bash -c "$limited" bash)
  # The inner shell keeps `env` from taking a program name with `=` in it for a variable.
  ((${#environment[@]} == 0)) || with=(env -- "${environment[@]}" bash -c "exec -- \"\$@\"" bash)
  if [[ -n $log ]]; then
    exec {out}> >(trap '' TERM INT HUP; exec tee -- "$log")
    copy=$!
  fi
  (
    trap - INT
    exec -- "${limit[@]}" "${with[@]}" "$@"
  ) >&"$out" 2>&1 </dev/null &
  child=$!
  [[ -z $copy ]] || exec {out}>&-
  wait "$child" || code=$?
  while kill -0 "$child" 2>/dev/null; do
    code=0
    wait "$child" || code=$?
  done
  # What is left of a command that ran out of time: `timeout` has made it a process group.
  if ((${#limit[@]} > 0 && (code == 124 || code == 137))); then kill -KILL -- "-$child" 2>/dev/null || true; fi
  child=''
  [[ -z $copy ]] || drain "$copy"
  return "$code"
}

# drain PID: waits until a tee has written all it got; not for ever, because a process that a command left behind may
# hold its other end.
drain() {
  local turns=200
  while kill -0 "$1" 2>/dev/null && ((turns-- > 0)); do sleep 0.01; done
}

stop_step() {
  stopped=1
  [[ -n $child ]] || return 0
  kill -TERM "$child" 2>/dev/null || true
  [[ -z $in_pod ]] || kill_later "$child"
}

# Runs on exit, however it came about: writes results/STEP.json unless that is done, and ends with the code in it.
end_step() {
  local code=$1
  local result=$SLIPWAY_RUN_DIR/results/$step.json
  trap - EXIT
  trap '' TERM INT HUP
  set +e
  # A notebook may have removed the folder.
  [[ -d ${result%/*} ]] || mkdir -- "${result%/*}"
  if [[ ! -e $result ]]; then
    helper finish "$step" "$code" "$SECONDS" "${plan[limit]:-}" "$stopped" "${plan[planned]:-}"
    code=$?
  fi
  if [[ ! -e $result ]]; then
    ((code != 0)) || code=70
    printf '{"step":"%s","state":"failed","exitCode":%d,"reasonCode":"other","reason":"%s"}\n' \
      "$step" "$code" 'the helper of this step did not run; its log says why' >"$result"
  fi
  [[ -z $in_pod ]] || write_least_summary 'the helper of the step collect did not run; its log says why'
  if [[ -n $keeper ]]; then
    exec >&- 2>&-
    drain "$keeper"
  fi
  [[ -z $in_pod ]] || leave_pod
  exit "$code"
}
