import type { CatalogueEntry } from './entry.ts';

/** What the machine could not give: memory, disk space, the right to write. */
const afterwards = 'Then: slipway retry {run} --from {step}';
const noSpace = /No space left on device|\[Errno 28\]|Disk quota exceeded|\[Errno 122\]/;
const raisedNoSpace = new RegExp(String.raw`^(?:OSError|shutil\.Error): [^\n]*(?:${noSpace.source})`);
/** The words of `refuse_folder` in the steps' own script, which looks before the step begins. */
const refusedFolder = (why: string): RegExp => new RegExp(`^failed: (?:${why})[^\\n]*$`, 'm');
const fullDisk = {
  id: 'diskFull',
  source: 'E8',
  causes: ['The disk is full, or its quota is used up: {place} could not write'],
  fixes: ['Free space on the disk that holds the runs; slipway runs lists what can be deleted', afterwards],
} as const;

/** Where a run lies in its pod; no other machine has this folder. */
const onVolume = String.raw`\/slipway\/(?:run|environments)\b`;
const volumeDenied = {
  id: 'volumeDenied',
  source: 'E1',
  causes: ["The run's volume may not be written by the user that its steps run as"],
  fixes: [
    "Set securityContext.fsGroup in the profile to the group of the image's user; where the volume knows no groups, rootPrepare",
    'Then: slipway retry {run}',
  ],
} as const;

export const machineEntries: readonly CatalogueEntry[] = [
  { ...fullDisk, look: 'error', pattern: raisedNoSpace },
  { ...fullDisk, look: 'reason', pattern: /: no space is left on the device$/ },
  { ...fullDisk, look: 'logEnd', pattern: refusedFolder("no space is left on the volume of the run's folder") },
  { ...fullDisk, look: 'log', pattern: noSpace, steps: ['prepare', 'report', 'collect'] },
  { ...fullDisk, look: 'logEnd', pattern: noSpace, steps: ['command'] },
  {
    id: 'outOfGpuMemory',
    source: 'F3',
    look: 'error',
    pattern:
      /^(?:\w+\.)*(?:OutOfMemoryError\b|\w*(?:RuntimeError|MemoryError|ExhaustedError): [^\n]*(?:CUDA out of memory|cudaErrorMemoryAllocation|CUBLAS_STATUS_ALLOC_FAILED|CUDA_ERROR_OUT_OF_MEMORY|RESOURCE_EXHAUSTED: Out of memory))/,
    causes: ['The memory of the GPU ran out in {place}'],
    fixes: ['Use a smaller batch, or free what other programs hold on the GPU', afterwards],
  },
  {
    id: 'outOfMemory',
    source: 'G5',
    look: 'error',
    pattern: /^(?:\w+\.)*_?(?:Array)?MemoryError\b(?:: *(?<what>[^\n]+))?/,
    causes: ['Memory ran out in {place}: {what}', 'Memory ran out in {place}'],
    fixes: ['Load less data at once, or use a smaller type (float32 needs half of float64)', afterwards],
  },
  { ...volumeDenied, look: 'logEnd', pattern: refusedFolder("the run's folder cannot be written as uid") },
  {
    ...volumeDenied,
    look: 'error',
    pattern: new RegExp(String.raw`^(?:\w+\.)*(?:PermissionError|OSError): \[Errno (?:1|13)\] [^\n]*'${onVolume}`),
    steps: ['prepare', 'dataset', 'clone'],
  },
  {
    ...volumeDenied,
    look: 'logEnd',
    pattern: new RegExp(String.raw`${onVolume}[^\n]{0,300}: Permission denied$`, 'm'),
    steps: ['prepare', 'dataset', 'clone'],
  },
  {
    id: 'permissionDenied',
    source: 'E1',
    look: 'error',
    pattern: /^(?:\w+\.)*(?:PermissionError|OSError): \[Errno (?:1|13)\] [^:\n]+(?:: (?<path>'[^'\n]*'))?/,
    causes: [
      '{place} may not read or write {path}: permission denied',
      '{place} may not read or write a file: permission denied',
    ],
    fixes: ['Write to the folder in $SLIPWAY_OUTPUT instead, or ask the owner of {path} for access', afterwards],
  },
  {
    id: 'permissionDenied',
    source: 'E1',
    look: 'logEnd',
    pattern: /(?:mkdir|touch|cp|mv|rm|ln|tee|cat|bash|sh|open|stat): [^\n]{0,300}: Permission denied$/m,
    steps: ['prepare', 'command', 'collect'],
    causes: ['A program in step {step} may not read or write a file: permission denied'],
    fixes: ['Write to the folder in $SLIPWAY_OUTPUT instead, or have the rights of the file changed', afterwards],
  },
  {
    id: 'readOnly',
    source: 'E5',
    look: 'error',
    pattern: /\[Errno 30\] Read-only file system(?:: (?<path>'[^'\n]*'))?/,
    causes: ['{place} writes to {path}, which is read-only', '{place} writes to a file system that is read-only'],
    fixes: ['Write to the folder in $SLIPWAY_OUTPUT instead', afterwards],
  },
  {
    id: 'killed',
    source: 'G5',
    look: 'state',
    pattern: /^failed$/,
    exitCodes: [137],
    causes: ['Step {step} was killed (exit code 137), most often because the machine ran out of memory'],
    fixes: [
      'Load less data at once, or give it more memory: a larger size on a cluster, fewer other programs on this machine',
      'slipway retry {run} --from {step}',
    ],
  },
  {
    id: 'crashed',
    source: 'G4',
    look: 'state',
    pattern: /^failed$/,
    exitCodes: [132, 134, 135, 136, 139],
    causes: ['Step {step} crashed in compiled code (exit code {exitCode})'],
    fixes: [
      'Look for a compiled package that does not fit this machine or another package',
      'slipway retry {run} --from {step}',
    ],
  },
];
