import { type RunServerOptions, logTo, serveUntilEnd } from '../runServer.ts';
import { SlipwayError } from '../../protocol/index.ts';
import { standInCore } from './standInCore.ts';

// A core in a process of its own, as `slipway serve` starts one, around a stand-in. Arguments: `fd N` or `socket PATH`.
const [kind, where = ''] = process.argv.slice(2);
const transport: RunServerOptions['transport'] =
  kind === 'fd' ? { kind: 'descriptor', fd: Number(where) } : { kind: 'socket', path: where };
const environment: RunServerOptions['environment'] = {
  version: '0.1.0',
  dataDir: '/nonexistent',
  environmentsDir: '/nonexistent',
  configDir: '/nonexistent',
  stepsDir: '/nonexistent',
  supervisorScript: '/nonexistent',
  nodePath: process.execPath,
  env: {},
  now: Date.now,
  randomHex: () => '00',
  temporaryFolder: '/nonexistent',
};

try {
  const log = logTo(process.stderr, Date.now);
  process.exitCode = await serveUntilEnd(standInCore(), { transport, environment }, process, log);
} catch (error) {
  if (!SlipwayError.is(error)) throw error;
  process.stderr.write(`${error.code}: ${error.message}\n`);
  process.exitCode = 2;
}
