import fc from 'fast-check';

const hosts = fc.constantFrom('example.com', '*', 'git-*', '!bad *', '"quoted host"', 'a b c', '*.例え.jp', '?');
const values = fc.oneof(
  fc.constantFrom(
    'yes',
    'no',
    '~/.ssh/id rsa',
    '"/with space/key"',
    "'single'",
    '%d/%h',
    'nc -X connect -x proxy:3128 %h %p # no comment',
    '"unfinished',
    'back\\slash',
    '${HOME}/x',
    '',
  ),
  fc.string({ maxLength: 30 }).map((value) => value.replaceAll(/[\0\r\n]/g, '')),
);
const keywords = fc.constantFrom(
  'User',
  'Port',
  'ProxyCommand',
  'IdentityFile',
  'hostname',
  'SendEnv',
  'LocalForward',
  'IgnoreUnknown',
  'UseKeychain',
  'NoSuchWord',
);
const between = fc.constantFrom(' ', '\t', '  ', '=', ' = ', '\t=\t');
const indent = fc.constantFrom('', '  ', '\t', '    ', ' \t');
const line = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(indent, keywords, between, values).map((parts) => parts.join('')) },
  { weight: 2, arbitrary: hosts.map((host) => `Host ${host}`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'Match all',
      'Match host foo user bar',
      'Match exec "true"',
      'Include ~/.ssh/config.d/*',
      'Include "/elsewhere/ssh/config"',
      'include other',
      '# a comment',
      '#Include "/commented/out"',
      '  # --- BEGIN OTHER TOOL ---',
      '# --- END OTHER TOOL ---',
      '# START SLIPWAY',
      '',
      '   ',
      '\f',
    ),
  },
);
const ends = fc.constantFrom('\n', '\n', '\r\n', '\n\n');

const written = fc
  .tuple(
    fc.constantFrom('', '', '', '\ufeff'),
    fc.array(fc.tuple(line, ends), { maxLength: 12 }),
    fc.boolean(),
    fc.boolean(),
  )
  .map(([mark, lines, windows, ended]) => {
    const content = mark + lines.map(([words, end]) => words + (windows ? '\r\n' : end)).join('');
    return Buffer.from(ended ? content : content.replace(/\r?\n$/, ''), 'utf8');
  });
/** Not what ssh reads, but it may be in a file: every byte but NUL, and not the marks of UTF-16. */
const anything = fc
  .uint8Array({ min: 1, maxLength: 200 })
  .filter(([first, second]) => !((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)))
  .map((content) => Buffer.from(content));
const huge = fc
  .tuple(written, fc.nat(2_000))
  .map(([content, times]) =>
    Buffer.concat(Array.from({ length: Math.min(times, 60_000 / (content.length + 1)) }, () => content)),
  );

/** Ssh configs as people have them, and worse; none holds a section of ours. */
export const userConfigs: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 12, arbitrary: written },
  { weight: 3, arbitrary: anything },
  { weight: 1, arbitrary: huge },
);
