# shellcheck shell=bash
# What is different in a pod: which Python, whose home, a folder on a volume, and a cancel that comes as a file.
# Sourced by lib.sh where SLIPWAY_TARGET is `cluster`. The contract: docs/decisions/0010-cluster-runs.md.

step=${step-} # from start_step
private_home='' watcher='' killer=''
readonly cancel_poll_seconds=0.25 kill_after_seconds=10 follower_seconds=10 cancelled_wait_seconds=30

# enter_pod: makes ready what a target on a laptop has ready; ends the step, in words, where that cannot be done.
enter_pod() {
  umask 077
  export SLIPWAY_OUTPUT=${SLIPWAY_OUTPUT:-$SLIPWAY_RUN_DIR/output}
  export SLIPWAY_ENVIRONMENTS=${SLIPWAY_ENVIRONMENTS:-$SLIPWAY_RUN_DIR/environments}
  make_run_folder
  keep_first_try
  use_private_home
  if [[ -z ${SLIPWAY_PYTHON:-} ]]; then
    SLIPWAY_PYTHON=$(type -P python3 || type -P python) ||
      give_up 'the image has no python3 on its PATH; the steps need Python 3.9 or newer'
    export SLIPWAY_PYTHON
  fi
  [[ $step == collect ]] || watch_for_cancel
}

# The folders, private to the run's uid. The mount point itself may belong to somebody else.
make_run_folder() {
  local folder
  for folder in '' inputs logs results output; do
    folder=$SLIPWAY_RUN_DIR${folder:+/$folder}
    if [[ ! -d $folder ]]; then
      mkdir -m 0700 -- "$folder" 2>/dev/null || refuse_folder "$folder"
    elif [[ ! -w $folder || ! -x $folder ]]; then
      refuse_folder "$folder"
    elif [[ $step == prepare && $folder != "$SLIPWAY_RUN_DIR" && -O $folder ]]; then
      chmod 0700 -- "$folder" 2>/dev/null || true
    fi
  done
}

# keep_first_try: Tekton makes a pod anew that was deleted in mid-run, even where it has called the run failed. The notebook
# is not run twice: what it did until then counts, and gets its report.
keep_first_try() {
  [[ $step == notebook || $step == command ]] || return 0
  [[ -e $SLIPWAY_RUN_DIR/logs/$step.log ]] || return 0
  local said=''
  { said=$(<"$SLIPWAY_RUN_DIR/results/$step.json"); } 2>/dev/null || true
  if [[ $said =~ \"exitCode\":\ *([0-9]+) && $said != *'stopped before it was done'* ]]; then exit "${BASH_REMATCH[1]}"; fi
  [[ -e $SLIPWAY_RUN_DIR/cancel ]] || give_up 'its pod was ended while it ran: it was deleted, or its node went down'
}

# refuse_folder PATH: says why nothing can be written there.
refuse_folder() {
  local path=$1 said what owner
  while [[ ! -e $path && $path == */* ]]; do path=${path%/*}; done
  said=$(LC_ALL=C mkdir -- "$path/.probe" 2>&1) || true
  rmdir -- "$path/.probe" 2>/dev/null || true
  owner=$(LC_ALL=C stat -c 'owned by %u:%g, mode %a' -- "$path" 2>/dev/null) || owner='its owner cannot be read'
  what="the run's folder cannot be written as uid $UID ($owner)"
  case $said in
    *'No space left'* | *'quota'*) what='no space is left on the volume of the run'"'"'s folder' ;;
    *'Read-only'*) what="the run's folder cannot be written: its volume is mounted read-only" ;;
  esac
  give_up "$what"
}

# give_up REASON: fails the step before its log is kept; REASON is plain text without quotes and backslashes.
give_up() {
  local result
  printf 'failed: %s\n' "$1" >&2
  result=$(printf '{"step":"%s","state":"failed","exitCode":1,"reasonCode":"environment","reason":"%s"%s}' \
    "$step" "$1" "$([[ $step != collect ]] || printf ',"verdict":"failed"')")
  { printf '%s\n' "$result" >"$SLIPWAY_RUN_DIR/results/$step.json"; } 2>/dev/null || true
  write_least_summary "$1"
  exit 1
}

# write_least_summary REASON: the result of the run where the helper could not write it.
write_least_summary() {
  [[ $step == collect && -n ${SLIPWAY_RESULT:-} && ! -s ${SLIPWAY_RESULT:-} ]] || return 0
  printf '{"version":1,"verdict":"failed","reason":"%s","steps":{},"artifacts":{"count":0,"bytes":0},"logs":{}}' "$1" \
    >"$SLIPWAY_RESULT" || true
}

# Any uid may run this, also one that the image does not know and that has no home.
use_private_home() {
  local temporary=${TMPDIR:-/tmp}
  if [[ ! -d $temporary || ! -w $temporary || ! -x $temporary ]]; then
    temporary=$SLIPWAY_RUN_DIR/tmp
    [[ -d $temporary ]] || mkdir -m 0700 -- "$temporary" 2>/dev/null || refuse_folder "$temporary"
    export TMPDIR=$temporary
  fi
  if [[ -z ${HOME:-} || $HOME == / || ! -d $HOME || ! -w $HOME || ! -x $HOME ]]; then
    private_home=$(mktemp -d -- "$temporary/slipway-home-XXXXXX") || refuse_folder "$temporary"
    export HOME=$private_home
  fi
  if ! id -un >/dev/null 2>&1; then
    export USER=${USER:-slipway} LOGNAME=${LOGNAME:-slipway}
    # ssh knows its user by this file alone; images made for any uid leave it writable.
    [[ ! -w /etc/passwd ]] || printf 'slipway:x:%d:%d::%s:/bin/bash\n' "$UID" "${GROUPS[0]}" "$HOME" >>/etc/passwd
  fi
}

# Ends this script with TERM once the run's folder has a file `cancel`. The read is a sleep that starts no process.
watch_for_cancel() {
  local script=$$
  (
    trap - EXIT TERM INT HUP
    exec {never}<> <(:)
    while kill -0 "$script" && [[ ! -e $SLIPWAY_RUN_DIR/cancel ]]; do
      read -rt "$cancel_poll_seconds" -u "$never" || true
    done
    kill -TERM "$script"
  ) >/dev/null 2>&1 </dev/null &
  watcher=$!
}

# kill_later PID: ends a program, and the group it may be the head of, that takes no notice of TERM.
kill_later() {
  local program=$1
  [[ -z $killer ]] || return 0
  (
    trap - EXIT TERM INT HUP
    exec {never}<> <(:)
    read -rt "$kill_after_seconds" -u "$never" || true
    kill -KILL -- "-$program" || true
    kill -KILL "$program"
  ) >/dev/null 2>&1 </dev/null &
  killer=$!
}

# leave_pod: after the result is written and the log is complete. Whoever reads through this container gets the rest.
leave_pod() {
  local helper_process
  for helper_process in $watcher $killer; do kill "$helper_process" 2>/dev/null; done
  [[ -z $private_home ]] || rm -rf -- "$private_home"
  [[ $step == collect ]] || return 0
  { : >"$SLIPWAY_RUN_DIR/results/collect.ended"; } 2>/dev/null
  trap - TERM INT HUP
  local deadline=$((SECONDS + follower_seconds))
  while ((SECONDS < deadline)) && is_followed; do sleep 0.05; done
  # The client takes the pod away when it has seen the result; on its own this must end, too.
  if [[ -e $SLIPWAY_RUN_DIR/cancel ]]; then sleep "$cancelled_wait_seconds"; fi
}

# is_followed: whether a `follow` of this run goes on in this container. Each reader tells of itself in /proc alone.
is_followed() {
  local file
  local -a words
  for file in /proc/[0-9]*/cmdline; do
    words=()
    { mapfile -d '' -t words <"$file"; } 2>/dev/null || continue
    [[ "${words[*]}" != *"$SLIPWAY_STEPS/slipway_steps follow" ]] || return 0
  done
  return 1
}
