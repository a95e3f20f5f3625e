import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../protocol/index.ts';
import { main } from './main.ts';
import { FakeCore } from './testing/fakeCore.ts';
import { FakeIo } from './testing/fakeIo.ts';
import { cancelled, exampleArtifacts, examplePlan, failure, queued, settle, startOfNotebook, submittedRun, success } from './testing/runs.ts';

const argv = ['run', '-y', 'slipway.yaml'];
const cwd = import.meta.dirname;

interface Told {
  readonly io: FakeIo;
  readonly core: FakeCore;
  readonly exitCode: number;
  readonly frames: readonly string[];
}

/** Runs `slipway run` while the events happen, each at its time. A frame is what is seen after each. */
async function tell(
  events: readonly RunEvent[],
  terminal: { columns: number; rows: number } | undefined,
  during: (io: FakeIo, core: FakeCore) => Promise<void> = () => Promise.resolve(),
): Promise<Told> {
  const core = new FakeCore();
  core.plan = examplePlan;
  core.submitted = submittedRun;
  core.artifactList = exampleArtifacts;
  const io = new FakeIo({ core, cwd, ...(terminal === undefined ? {} : { terminal }) });
  const ended = main(['run', fixture], io);
  await settle();
  const frames: string[] = [];
  for (const event of events) {
    io.advance(Math.max(0, event.time - io.now()));
    core.emit(submittedRun.name, event);
    await settle();
    // Let the spinner turn to where it stands at this time.
    io.advance(100);
    frames.push(io.shown);
  }
  await during(io, core);
  return { io, core, exitCode: await ended, frames };
}
