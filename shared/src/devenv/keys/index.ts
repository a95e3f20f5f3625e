export { fingerprintOf, parsePublicKeyLine, type PublicKeyLine } from './publicKeyLine.ts';
export { makeSshKey, readSshKey, type SshKey } from './sshKey.ts';
