import { expect, it } from 'vitest';
import { pod, unscheduled } from '../observe/testing/objects.ts';
import { pendingQuestions } from './pendingFacts.ts';

const owners = ['run', 'run-task'];
const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'team' } }];
const stage = pod('stage', { status: { phase: 'Succeeded' } });

it('asks for the events of the run and its TaskRuns while there is no pod that waits', () => {
  const ofOwners = { eventsOf: owners, claims: [], nodes: false };
  expect(pendingQuestions(owners, [])).toEqual(ofOwners);
  expect(pendingQuestions(owners, [stage])).toEqual(ofOwners);
});

it('asks of a pod on its node for its events alone', () => {
  const placed = pod('p', { spec: { nodeName: 'node-1', volumes }, status: { phase: 'Pending' } });
  expect(pendingQuestions(owners, [stage, placed])).toEqual({ eventsOf: ['p'], claims: [], nodes: false });
});

it('asks of a pod without a node for its claims too, and where no node takes it for the nodes', () => {
  const withClaim = { eventsOf: ['p', 'team'], claims: ['team'] };
  const pending = pod('p', { spec: { volumes }, status: { phase: 'Pending' } });
  expect(pendingQuestions(owners, [pending])).toEqual({ ...withClaim, nodes: false });
  const refused = unscheduled('0/1 nodes are available', { volumes });
  expect(pendingQuestions(owners, [refused])).toEqual({ ...withClaim, nodes: true });
});
