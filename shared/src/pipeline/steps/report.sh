#!/usr/bin/env bash
# report: nbconvert makes the HTML, also when the notebook failed. The template in nbconvert/slipway needs no network.
# shellcheck source=lib.sh
. "$SLIPWAY_STEPS/lib.sh"
start_step report
SLIPWAY_SCRATCH=$(mktemp -d)
export SLIPWAY_SCRATCH
read_plan
use_environment

# nbconvert puts its working folder on the module path: an empty one, not the user's.
mkdir -- "$SLIPWAY_SCRATCH/empty"
cd -- "$SLIPWAY_SCRATCH/empty"
export SLIPWAY_NOTEBOOK_FOLDER=${plan[folder]}
export PYTHONPATH=$SLIPWAY_STEPS${PYTHONPATH:+:$PYTHONPATH}
# run_nbconvert.py is nbconvert's own command line, without what its start does for `--help` alone.
code=0
run_limited "$SLIPWAY_OUTPUT/jupyter_nbconvert.log" \
  "${plan[python]}" "$SLIPWAY_STEPS/slipway_steps/run_nbconvert.py" --to html "${plan[input]}" \
  --output="${plan[output]}" --output-dir="$SLIPWAY_OUTPUT" \
  --template=slipway --TemplateExporter.extra_template_basedirs="$SLIPWAY_STEPS/nbconvert" \
  --TemplateExporter.extra_template_paths="${plan[assets]}" \
  --Exporter.preprocessors=slipway_steps.nbconvert_pictures.Pictures \
  --HTMLExporter.mathjax_url="${plan[mathjax]}" --HTMLExporter.require_js_url="${plan[require]}" || code=$?
cd /
rm -rf -- "$SLIPWAY_SCRATCH"
exit "$code"
