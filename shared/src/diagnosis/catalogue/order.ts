import { clusterEntries } from './cluster.ts';
import type { CatalogueEntry } from './entry.ts';
import { environmentEntries } from './environment.ts';
import { kernelEntries } from './kernel.ts';
import { machineEntries } from './machine.ts';
import { programEntries } from './program.ts';
import { pythonEntries } from './python.ts';
import { reportEntries } from './report.ts';
import { runEntries } from './run.ts';
import { testEntries } from './tests.ts';

/**
 * The order in which causes are tried; the first that fits is the answer. What ended the run from outside comes first, as a cluster says it and as anybody can,
 * then what is certain about the machine and the kernel, then the particular error, and last what says least.
 */
export const catalogue: readonly CatalogueEntry[] = [
  ...clusterEntries,
  ...runEntries,
  ...machineEntries,
  ...kernelEntries,
  ...environmentEntries,
  ...testEntries,
  ...reportEntries,
  ...pythonEntries,
  ...programEntries,
];
