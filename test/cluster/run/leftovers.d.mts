/** What the kernel and the network plugins tell of a machine. */
export interface MachineTraces {
  /** As in /proc/self/mounts. */
  readonly mounts: string;
  readonly links: readonly string[];
  /** As iptables-save prints them. */
  readonly rules: string;
  readonly processes: readonly { readonly pid: number; readonly program: string; readonly argv: readonly string[] }[];
  readonly groups: readonly string[];
  readonly pods: readonly string[];
  readonly saved: boolean;
}

/** What of a cluster is still there, each thing in words. */
export function leftoversIn(traces: MachineTraces): string[];
export function leftovers(): Promise<string[]>;
