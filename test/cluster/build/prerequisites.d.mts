/** What is known of a machine on which the cluster shall run. */
export interface MachineFacts {
  readonly platform: string;
  readonly arch: string;
  readonly isRoot: boolean;
  readonly mayMount: boolean;
  /** Debian's. */
  readonly missingPackages: readonly string[];
  readonly hasAptGet: boolean;
  readonly hasGo: boolean;
  readonly hasMemoryController: boolean;
}

/** Why the cluster cannot run there, in words; empty when it can. */
export function reasonsAgainst(machine: MachineFacts): string[];
