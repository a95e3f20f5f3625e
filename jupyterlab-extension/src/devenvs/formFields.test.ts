import type { DevEnv } from '@slipway/shared/protocol';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostWords } from '../words/index.ts';
import { changesOf, fieldsOf, newFields, specOf, troublesOf } from './formFields.ts';
import { roomWords } from './roomWords.ts';

const words = roomWords(hostWords('en'));
const options = {
  name: 'devenv-alice',
  images: ['registry.example/devenv:1', 'registry.example/devenv:2'],
  instanceTypes: [
    { name: 'small', cpu: '4', memory: '8Gi', gpus: 0, default: false },
    { name: 'gpu', cpu: '16', memory: '32Gi', gpus: 1, default: true },
  ],
  diskSize: '20Gi',
  idleStop: '4h',
};
const devEnv: DevEnv = {
  context: 'team-a',
  namespace: 'lab',
  name: 'devenv-alice',
  mine: true,
  state: 'running',
  image: 'registry.example/devenv:1',
  instanceType: 'gpu',
  cpu: '16',
  memory: '32Gi',
  gpus: 1,
  disk: { claimName: 'devenv-alice', size: '20Gi' },
  volumes: [],
  idle: { stopAfterMs: 5_400_000 },
  spec: {},
  host: 'devenv-alice.team-a',
};

describe('the form of a new DevEnv', () => {
  it('begins with what the team offers', () => {
    const fields = newFields(options);
    expect(troublesOf(fields, words)).toEqual({});
    expect(specOf(fields)).toEqual({
      instanceType: 'gpu',
      image: 'registry.example/devenv:1',
      diskSize: '20Gi',
      idleStop: '4h',
    });
  });

  it('leaves what is emptied to the team profile', () => {
    const empty = { name: '', instanceType: '', gpus: ' ', image: '', diskSize: '', idleStop: '' };
    expect(troublesOf(empty, words)).toEqual({});
    expect(specOf(empty)).toEqual({});
  });

  it.each([
    ['name', 'Alice', words.own.form.badName],
    ['name', '-alice', words.own.form.badName],
    ['gpus', '17', words.own.form.badGpus],
    ['gpus', 'one', words.own.form.badGpus],
    ['diskSize', '20 GB', 'Write a size such as 20Gi.'],
    ['idleStop', 'h', 'Write a time such as 4h or 90m, or never.'],
    ['idleStop', '4 hours', 'Write a time such as 4h or 90m, or never.'],
  ])('says what is wrong with %s %j', (field, value, trouble) => {
    expect(troublesOf({ ...newFields(options), [field]: value }, words)).toEqual({ [field]: trouble });
  });

  it.each([
    ['gpus', '2', { gpus: 2 }],
    ['idleStop', '1h30m', { idleStop: '1h30m' }],
    ['idleStop', 'never', { idleStop: 'never' }],
    ['diskSize', '0.5Ti', { diskSize: '0.5Ti' }],
  ])('takes %s %j', (field, value, part) => {
    const fields = { ...newFields(options), [field]: value };
    expect(troublesOf(fields, words)).toEqual({});
    expect(specOf(fields)).toMatchObject(part);
  });
});

describe('the form that changes a DevEnv', () => {
  it('asks for nothing where nothing was changed', () => {
    expect(changesOf(fieldsOf(devEnv), devEnv)).toEqual({});
    expect(changesOf({ ...fieldsOf(devEnv), diskSize: '20480Mi' }, devEnv)).toEqual({});
  });

  it('asks for what was changed alone', () => {
    const fields = { ...fieldsOf(devEnv), gpus: '0', diskSize: '40Gi', idleStop: 'never' };
    expect(changesOf(fields, devEnv)).toEqual({ gpus: 0, diskSize: '40Gi', idleStop: 'never' });
  });

  it('says that a disk cannot shrink', () => {
    expect(troublesOf({ ...fieldsOf(devEnv), diskSize: '10Gi' }, words, devEnv)).toEqual({
      diskSize: 'The disk cannot shrink: 20 GiB or more.',
    });
  });

  it('shows any idle stop as a time that it takes, and that is the same one', () => {
    const minutes = fc.integer({ min: 0, max: 100_000 });
    fc.assert(
      fc.property(minutes, (count) => {
        const known = { ...devEnv, idle: { stopAfterMs: count * 60_000 } };
        const fields = fieldsOf(known);
        expect(troublesOf(fields, words, known)).toEqual({});
        const [, hours = '0', more = '0'] = /^(?:(\d+)h)?(?:(\d+)m)?$/.exec(fields.idleStop) ?? [];
        expect(fields.idleStop === 'never' ? 0 : Number(hours) * 60 + Number(more)).toBe(count);
      }),
    );
  });
});
