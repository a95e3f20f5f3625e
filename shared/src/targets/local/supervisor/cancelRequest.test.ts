import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CancelRequest } from './cancelRequest.ts';

let root: string;
let time: number;
let request: CancelRequest;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'slipway-cancel-'));
  mkdirSync(join(root, 'run'));
  time = 0;
  request = new CancelRequest(join(root, 'run/cancel'), () => time);
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function pollAt(seconds: number): boolean {
  time = seconds * 1000;
  request.poll();
  return request.signal.aborted;
}

describe('a run is to stop', () => {
  it('when the cancel file is there', () => {
    expect(pollAt(0)).toBe(false);
    writeFileSync(join(root, 'run/cancel'), '');
    expect(pollAt(1)).toBe(true);
    expect(request.reason).toBe('cancelled on request');
  });

  it('when its folder has been gone for half a minute', () => {
    rmSync(join(root, 'run'), { recursive: true });
    expect(pollAt(0)).toBe(false);
    expect(pollAt(29)).toBe(false);
    expect(pollAt(30)).toBe(true);
    expect(request.reason).toMatch(/deleted/);
  });

  it('not when its folder was away for a moment', () => {
    rmSync(join(root, 'run'), { recursive: true });
    expect(pollAt(0)).toBe(false);
    mkdirSync(join(root, 'run'));
    expect(pollAt(20)).toBe(false);
    rmSync(join(root, 'run'), { recursive: true });
    expect(pollAt(40)).toBe(false);
    expect(pollAt(60)).toBe(false);
  });
});
