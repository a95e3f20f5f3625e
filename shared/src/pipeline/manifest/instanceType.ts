import { nearNames } from '../../jobs/index.ts';
import { SlipwayError } from '../../protocol/index.ts';
import type { InstanceType, TeamProfile } from '../../protocol/index.ts';

/** What a run gets where neither the job nor the profile names a size: enough for a small notebook on any cluster. */
const smallest: InstanceType = { cpu: '1', memory: '4Gi' };

export interface ChosenInstance {
  /** Undefined where nobody named one. */
  readonly name: string | undefined;
  readonly size: InstanceType;
}

/**
 * The size of a run: by name in the profile, else by its shape (`gpu-1x-16c-32g-1gpu`: 16 CPU, 32 GiB, 1 GPU).
 * @throws SlipwayError `spec.invalid` for a name that is neither; it lists those that are known
 */
export function chooseInstanceType(asked: string | undefined, profile: TeamProfile): ChosenInstance {
  const name = asked ?? profile.defaultInstanceType;
  if (name === undefined) return { name, size: smallest };
  const known = profile.instanceTypes ?? {};
  const named = Object.hasOwn(known, name) ? known[name] : undefined;
  const size = named ?? sizeOfShape(name);
  if (size !== undefined) return { name, size };
  throw unknown(name, asked === undefined, Object.keys(known));
}

const limits = { cores: 1024, gibibytes: 65_536, gpus: 16 } as const;

/** The size that a name of the form `cpu-4c-8g` or `gpu-1x-16c-32g-1gpu` spells out, else undefined. */
function sizeOfShape(name: string): InstanceType | undefined {
  const [, kind, nodes = '1', cores = '', gibibytes = '', gpus = '0'] =
    /^(cpu|gpu)-(?:(\d{1,3})x-)?(\d{1,5})c-(\d{1,6})g(?:-(\d{1,3})gpu)?$/.exec(name) ?? [];
  if (kind === undefined) return undefined;
  if (Number(nodes) !== 1) {
    throw new SlipwayError('spec.invalid', `The instance type ${name} asks for ${Number(nodes)} nodes.`, {
      action: 'A run uses one node: write 1x, or leave that part out.',
    });
  }
  const count = { cores: Number(cores), gibibytes: Number(gibibytes), gpus: Number(gpus) };
  const fits =
    count.cores >= 1 &&
    count.cores <= limits.cores &&
    count.gibibytes >= 1 &&
    count.gibibytes <= limits.gibibytes &&
    count.gpus <= limits.gpus &&
    count.gpus > 0 === (kind === 'gpu');
  if (!fits) return undefined;
  return {
    cpu: String(count.cores),
    memory: `${count.gibibytes}Gi`,
    ...(count.gpus > 0 && { gpus: count.gpus }),
  };
}

function unknown(name: string, fromProfile: boolean, known: readonly string[]): SlipwayError {
  const near = nearNames(name, known);
  const whose = fromProfile ? ', the default of the team profile,' : '';
  const list = known.length === 0 ? 'The team profile names none.' : `The team profile has: ${known.join(', ')}.`;
  const suggestion = near.length === 0 ? '' : ` Did you mean ${near.join(' or ')}?`;
  const shown = JSON.stringify(name.slice(0, 100));
  return new SlipwayError('spec.invalid', `The instance type ${shown}${whose} is not known.${suggestion}`, {
    action: `${list} Or spell the size out, as in cpu-4c-8g or gpu-1x-16c-32g-1gpu.`,
  });
}
