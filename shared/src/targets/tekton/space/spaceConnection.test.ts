import { describe, expect, it } from 'vitest';
import type { ReflectorState } from '../../../kubernetes/index.ts';
import { SlipwayError } from '../../../protocol/index.ts';
import { SpaceConnection, type ConnectionChange } from './spaceConnection.ts';

const cut = new SlipwayError('cluster.unreachable', 'The connection was cut.');
const refused = new SlipwayError('cluster.forbidden', 'ada may not list pods.');
const live = (since: number): ReflectorState => ({ state: 'live', since });
const stale = (since: number, error = cut): ReflectorState => ({ state: 'stale', since, error });
const syncing = (since: number, error?: SlipwayError): ReflectorState => ({
  state: 'syncing',
  since,
  ...(error !== undefined && { error }),
});

function listen() {
  const told: ConnectionChange[] = [];
  const connection = new SpaceConnection(
    (change) => told.push(change),
    () => 99,
  );
  return { told, connection, words: () => told.map(({ state, since }) => `${state} ${since}`) };
}

describe('the connection of a space', () => {
  it('is told of when it changes, and only then', () => {
    const { connection, words, told } = listen();
    connection.take('a', syncing(1));
    connection.take('a', live(2));
    connection.take('b', live(3));
    connection.take('a', stale(4));
    connection.take('b', stale(5));
    connection.take('a', stale(4));
    connection.take('a', live(6));
    expect(words()).toEqual(['stale 4']);
    expect(told[0]?.reason).toBe('The connection was cut.');
    expect(connection.stale).toEqual(told[0]);
    connection.take('b', live(7));
    expect(words()).toEqual(['stale 4', 'live 7']);
    expect(connection.stale).toBeUndefined();
  });

  it('tells another reason for the same silence, and since when it has lasted', () => {
    const { connection, told } = listen();
    const nobody = new SlipwayError('signIn.required', 'Nobody is signed in.');
    connection.take('a', stale(4));
    connection.take('b', stale(5));
    connection.take('a', stale(4, nobody));
    connection.take('b', stale(5, nobody));
    connection.take('a', stale(4, refused));
    expect(told.map(({ since, reason, forbidden }) => [since, reason, forbidden])).toEqual([
      [4, 'The connection was cut.', undefined],
      [4, 'Nobody is signed in.', undefined],
      [4, 'ada may not list pods.', true],
    ]);
    expect(connection.stale).toEqual(told.at(-1));
  });

  it('is bad from the start where not even a first list comes', () => {
    const { connection, words } = listen();
    connection.take('a', syncing(1));
    connection.take('a', syncing(1, cut));
    expect(words()).toEqual(['stale 1']);
    connection.take('a', syncing(1));
    expect(words()).toEqual(['stale 1']);
    connection.take('a', live(8));
    expect(words()).toEqual(['stale 1', 'live 8']);
  });

  it('is not at fault for what may not be read', () => {
    const { connection, words } = listen();
    connection.take('pods', syncing(1, refused));
    expect(words()).toEqual([]);
    // Unless it was read before: then what is shown is old.
    connection.take('runs', live(2));
    connection.take('runs', stale(3, refused));
    expect(words()).toEqual(['stale 3']);
  });

  it('is good again when the watches have ended that heard nothing', () => {
    const { connection, words } = listen();
    connection.take('run-1/pods', stale(3));
    connection.take('run-10/pods', stale(4));
    connection.drop('run-1/');
    expect(words()).toEqual(['stale 3']);
    connection.drop('run-10/');
    expect(words()).toEqual(['stale 3', 'live 99']);
    connection.drop('run-2/');
    expect(words()).toHaveLength(2);
  });
});
