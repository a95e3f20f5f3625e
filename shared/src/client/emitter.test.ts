import { expect, it } from 'vitest';
import { Emitter } from './emitter.ts';

it('tells every listener as often as it listens, and nobody who has left meanwhile', () => {
  const emitter = new Emitter<number>();
  const heard: string[] = [];
  const twice = (value: number): void => void heard.push(`twice ${value}`);
  emitter.on(() => last.dispose());
  emitter.on(twice);
  emitter.on(twice);
  const last = emitter.on((value) => heard.push(`left ${value}`));
  emitter.fire(1);
  expect(heard).toEqual(['twice 1', 'twice 1']);
  emitter.dispose();
  emitter.fire(2);
  expect(heard).toHaveLength(2);
});
