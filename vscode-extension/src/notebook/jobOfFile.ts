import type { JobSpec } from '@slipway/shared/protocol';

/**
 * What runs for a file: the job file beside it where that names this very file, else the file alone.
 * @param name of the file in its folder
 * @param beside the job of `slipway.yaml` in the same folder
 * @param python for runs on this machine, or empty
 */
export function jobOfFile(name: string, beside: JobSpec | undefined, python: string): JobSpec {
  const own = python === '' ? {} : { python };
  if (beside !== undefined && isAbout(beside, name)) return { ...own, ...beside };
  return name.endsWith('.py') ? { ...own, command: ['python', name] } : { ...own, notebook: name };
}

function isAbout({ notebook, command }: JobSpec, name: string): boolean {
  if (notebook !== undefined) return notebook === name || notebook === `./${name}`;
  const words = typeof command === 'string' ? command.split(/\s+/) : (command ?? []);
  return words.slice(1).some((word) => word === name || word === `./${name}`);
}
