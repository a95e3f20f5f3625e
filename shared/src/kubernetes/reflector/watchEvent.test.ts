import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutAt } from '../bytes/testing/cuts.ts';
import { LineSplitter } from '../bytes/lineSplitter.ts';
import { createWatchDecoder, readObject, readTablePage } from './watchEvent.ts';

const line = (value: unknown) => Buffer.from(JSON.stringify(value));
const managedFields = [
  { manager: 'tkn', operation: 'Update', fieldsV1: { 'f:spec': {} } },
  { manager: 'controller', operation: 'Update', subresource: 'status', fieldsV1: { 'f:status': {} } },
];
const pod = (name: string, resourceVersion: string, more: object = {}) => ({
  kind: 'Pod',
  metadata: { namespace: 'ns', name, uid: `uid-${name}`, resourceVersion, managedFields, ...more },
  spec: { nodeName: 'n' },
});

describe('an event of a watch', () => {
  it('is an object, with its first writer alone of managedFields', () => {
    expect(createWatchDecoder('objects').event(line({ type: 'ADDED', object: pod('a', '5') }))).toEqual({
      type: 'added',
      object: {
        namespace: 'ns',
        name: 'a',
        uid: 'uid-a',
        resourceVersion: '5',
        labels: {},
        value: {
          kind: 'Pod',
          metadata: {
            namespace: 'ns',
            name: 'a',
            uid: 'uid-a',
            resourceVersion: '5',
            managedFields: [{ manager: 'tkn', operation: 'Update' }],
          },
          spec: { nodeName: 'n' },
        },
      },
    });
  });

  it('is a bookmark, which may end the initial events', () => {
    const decoder = createWatchDecoder('objects');
    const annotations = { 'k8s.io/initial-events-end': 'true' };
    expect(decoder.event(line({ type: 'BOOKMARK', object: { metadata: { resourceVersion: '7' } } }))).toEqual({
      type: 'bookmark',
      resourceVersion: '7',
      endsInitial: false,
    });
    expect(
      decoder.event(line({ type: 'BOOKMARK', object: { metadata: { resourceVersion: '7', annotations } } })),
    ).toEqual({
      type: 'bookmark',
      resourceVersion: '7',
      endsInitial: true,
    });
  });

  it('is an error with the code of its Status', () => {
    const status = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version: 1 (2)' };
    expect(createWatchDecoder('objects').event(line({ type: 'ERROR', object: status }))).toEqual({
      type: 'error',
      code: 410,
      message: 'too old resource version: 1 (2)',
    });
    expect(createWatchDecoder('objects').event(line({ type: 'ERROR', object: 7 }))).toMatchObject({
      type: 'error',
      code: 500,
    });
  });

  it.each([
    ['no JSON', Buffer.from('<html>')],
    ['no event', line([1])],
    ['an unknown type', line({ type: 'TOUCHED', object: pod('a', '1') })],
    ['an object without a name', line({ type: 'ADDED', object: { metadata: { resourceVersion: '1' } } })],
    ['no object', line({ type: 'ADDED' })],
    ['a bookmark without a version', line({ type: 'BOOKMARK', object: { metadata: {} } })],
    ['not UTF-8', Buffer.from([0xff, 0xfe, 0x00])],
  ])('is garbage where it is %s', (_name, bytes) => {
    expect(createWatchDecoder('objects').event(bytes).type).toBe('garbage');
    expect(createWatchDecoder('table').event(bytes).type).toBe('garbage');
  });

  it('never throws, whatever comes', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json().map((text) => Buffer.from(text)),
          fc.uint8Array(),
        ),
        (bytes) => {
          expect(createWatchDecoder('objects').event(bytes)).toHaveProperty('type');
          expect(createWatchDecoder('table').event(bytes)).toHaveProperty('type');
        },
      ),
    );
  });

  it('is the same however the connection cuts it', () => {
    const names = fc.array(fc.tuple(fc.constantFrom('ADDED', 'MODIFIED', 'DELETED'), fc.string({ minLength: 1 })));
    fc.assert(
      fc.property(names, fc.array(fc.nat(5_000)), (list, cuts) => {
        const text = Buffer.from(
          list.map(([type, name]) => `${JSON.stringify({ type, object: pod(name, '1') })}\n`).join(''),
        );
        const splitter = new LineSplitter(1_000_000);
        const decoder = createWatchDecoder('objects');
        const events = cutAt(text, cuts).flatMap((chunk) =>
          splitter.push(chunk).map(({ bytes }) => decoder.event(bytes)),
        );
        expect(events.map((event) => ('object' in event ? [event.type, event.object.name] : event))).toEqual(
          list.map(([type, name]) => [type.toLowerCase(), name]),
        );
        expect(splitter.pending).toBe(0);
      }),
    );
  });
});

describe('a Table', () => {
  const table = (columns: readonly string[], rows: readonly object[], metadata: object = { resourceVersion: '9' }) => ({
    kind: 'Table',
    metadata,
    columnDefinitions: columns.map((name) => ({ name, type: 'string' })),
    rows,
  });
  const row = (name: string, cells: readonly unknown[]) => ({ cells, object: { metadata: pod(name, '5').metadata } });

  it('names its cells by the columns of the first event', () => {
    const decoder = createWatchDecoder('table');
    const first = decoder.event(
      line({ type: 'ADDED', object: table(['Name', 'Reason'], [row('a', ['a', 'Failed'])]) }),
    );
    const second = decoder.event(line({ type: 'MODIFIED', object: table([], [row('b', ['b', 'Running'])]) }));
    expect(first).toMatchObject({ type: 'added', object: { value: { cells: { Name: 'a', Reason: 'Failed' } } } });
    expect(second).toMatchObject({ type: 'modified', object: { value: { cells: { Name: 'b', Reason: 'Running' } } } });
    expect(JSON.stringify([first, second])).not.toContain('fieldsV1');
  });

  it('gives a page of a list', () => {
    const page = readTablePage(line(table(['Name'], [row('a', ['a'])], { resourceVersion: '9', continue: 'next' })));
    expect(page).toMatchObject({ resourceVersion: '9', continue: 'next', columns: ['Name'] });
    expect(page?.objects.map(({ name }) => name)).toEqual(['a']);
    expect(readTablePage(line({ kind: 'PodList', items: [] }))).toBeUndefined();
    expect(readTablePage(Buffer.from('x'))).toBeUndefined();
  });
});

describe('an object', () => {
  it('needs a name and a version', () => {
    expect(readObject({ metadata: { name: 'a' } })).toBeUndefined();
    expect(readObject(null)).toBeUndefined();
    expect(readObject({ metadata: { name: 'a', resourceVersion: '1' } })?.namespace).toBe('');
  });
});
