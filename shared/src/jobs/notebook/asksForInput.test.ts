import { expect, it } from 'vitest';
import { asksForInput } from './asksForInput.ts';

it.each([
  ['name = input()', 'input'],
  ['x = int( input ("how many? "))', 'input'],
  ['%%time\nfor i in range(3):\n    input()', 'input'],
  ["from getpass import getpass\np = getpass('token')", 'getpass'],
  ['import getpass\np = getpass.getpass()', 'getpass'],
  ['raw_input()', 'raw_input'],
  ['s = "it\'s"; y = input()', 'input'],
])('%j asks by %s', (source, name) => {
  expect(asksForInput(source)).toBe(name);
});

it.each([
  '',
  'inputs(1)',
  'my_input()',
  'layer.input()',
  'tf.keras.input (3)',
  'def input(prompt): pass',
  'print("input()")',
  "'''\ninput()\n'''",
  '# input()',
  '%%bash\ninput()',
  '!input()',
  'input = 3\nprint(input, (1))',
])('%j asks nothing', (source) => {
  expect(asksForInput(source)).toBeUndefined();
});
