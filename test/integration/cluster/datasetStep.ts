import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { testPython } from '../cli/slipway.ts';

const steps = join(import.meta.dirname, '../../../shared/src/pipeline/steps');

/** The step's own code on this machine, for each dataset of a list: what it says of it. */
const script = `
import json, os, sys
steps, folder = sys.argv[1:]
sys.path.insert(0, steps)
from slipway_steps import dataset
from slipway_steps.run import RunFolder
os.environ["SLIPWAY_DATASETS"] = os.path.join(folder, "cache")
results = []
for part, keys in json.load(sys.stdin):
    os.environ["SLIPWAY_DATASET_CREDENTIALS"] = secret = os.path.join(folder, str(len(results)))
    os.mkdir(secret)
    for key, value in keys.items():
        with open(os.path.join(secret, key), "w") as file:
            file.write(value)
    with open(os.path.join(folder, "run.json"), "w") as file:
        json.dump({"run": "r", "steps": [], "timeouts": {}, "dataset": {"name": "data", **part}}, file)
    results.append(dataset.fetch(RunFolder(folder)))
print(json.dumps([result.get("reason", result["state"]) for result in results]))
`;

/** Runs the step for datasets with the keys of their Secrets; for each the reason why it failed, else its state. */
export async function datasetReasons(
  parts: readonly (readonly [dataset: object, keys: Readonly<Record<string, string>>])[],
): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-dataset-'));
  try {
    const running = promisify(execFile)(testPython(), ['-c', script, steps, folder]);
    running.child.stdin?.end(JSON.stringify(parts));
    const { stdout } = await running;
    return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as string[];
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}
