import { labels, managedBy } from '../../pipeline/index.ts';
import { SlipwayError } from '../../protocol/index.ts';
import { devEnvAnnotations, devEnvLabel, keptLabel } from '../names/index.ts';

interface Labelled {
  readonly metadata: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/** True for an object of the DevEnv of this name; also for the claim that is kept of one that was deleted. */
export function belongsTo({ metadata }: Labelled, name: string): boolean {
  if (metadata.labels[labels.managedBy] !== managedBy) return false;
  return metadata.labels[devEnvLabel] === name || metadata.labels[keptLabel] === name;
}

/** @throws SlipwayError `devenv.conflict` for an object that has the name of one of ours and is none */
export function checkOurs(object: Labelled, kind: string, name: string): void {
  if (belongsTo(object, name)) return;
  throw new SlipwayError(
    'devenv.conflict',
    `There is a ${kind} ${object.metadata.name} already, and Slipway did not make it for the DevEnv ${name}.`,
    { action: 'It is left alone. Choose another name, or remove it yourself.' },
  );
}

/** True for the claim of a DevEnv that was deleted without its files. */
export function isKept({ metadata }: Labelled): boolean {
  return metadata.labels[keptLabel] !== undefined && metadata.labels[devEnvLabel] === undefined;
}

export function ownerOf({ metadata }: Labelled): string | undefined {
  return metadata.annotations?.[devEnvAnnotations.user];
}
