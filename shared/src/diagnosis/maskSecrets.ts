/** What stands in place of a secret. */
export const masked = '[masked]';

const secretNames = [
  'pass(?:word|wd|phrase)s?',
  'pwd',
  'secret(?:[_-]?key)?s?',
  'token',
  'api[_-]?key',
  'access[_-]?key',
  'private[_-]?key',
  'account[_-]?key',
  'credentials?',
].join('|');

/** A value: what is in quotes, else what comes before a blank or a separator. One that is masked already stays so. */
const value = String.raw`(?![=>]|\\?["']?\[masked\])(?:\\?"[^"\n]*"?|\\?'[^'\n]*'?|[^\s"',;&)}\]]+)`;

/** In this order: the later ones look for secrets that stand alone. */
const rules: readonly (readonly [RegExp, string])[] = [
  // Keys, whole: their lines mean nothing to a later rule.
  [/-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|$)/g, masked],
  // Headers, up to the end of the quoted text or the line.
  [/\b((?:proxy-)?authorization\b\\?["']?\s*[:=]\s*\\?["']?)[^\n"']+/gi, `$1${masked}`],
  [/\b((?:set-)?cookie\b\\?["']?\s*:\s*\\?["']?)[^\n"']+/gi, `$1${masked}`],
  [/\b(bearer|basic)\s+(?=[^\s"']{0,200}[\d=])[A-Za-z0-9+/=_.~-]{8,}/gi, `$1 ${masked}`],
  // https://name:password@host and https://token@host
  [/\b([a-z][a-z0-9+.-]{1,30}:\/\/)[^\s/'"<>]+@/gi, `$1${masked}@`],
  // Signed addresses.
  [/([?&](?:[\w-]{0,40}(?:signature|credential|token|key)|sig|code)=)[^&\s"'<>]+/gi, `$1${masked}`],
  // NAME_TOKEN=…, "password": "…", --password …
  [new RegExp(String.raw`(\b[\w.-]{0,64}?(?:${secretNames})\\?["']?\s*(?:[:=]=?|=>)\s*)${value}`, 'gi'), `$1${masked}`],
  [new RegExp(String.raw`(--?(?:${secretNames})[ \t]+)${value}`, 'gi'), `$1${masked}`],
  // Forms that issuers have given to their tokens, so that they can be found.
  [/\bgh[opsur]_\w{16,}|\bgithub_pat_\w{16,}|\bglpat-[\w-]{16,}|\bhf_\w{16,}|\bnpm_\w{16,}|\bpypi-[\w-]{16,}/g, masked],
  [/\bxox[abeoprs]-[\w-]{8,}|\bsk-[\w-]{16,}|\bAIza[\w-]{30,}|\bya29\.[\w-]{8,}|\bdapi[0-9a-f]{32}\b/g, masked],
  [/\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g, masked],
  [/\beyJ[\w-]{4,}\.[\w-]+(?:\.[\w-]*)?/g, masked],
];

/**
 * Replaces what looks like a password, a token or a key. Rather too much than too little: the text is shown, stored and
 * pasted into issues. Catalogue, matcher rule 10.
 */
export function maskSecrets(text: string): string {
  return rules.reduce((before, [pattern, replacement]) => before.replace(pattern, replacement), text);
}
