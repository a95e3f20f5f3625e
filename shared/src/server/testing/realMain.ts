import { runServer } from '../runServer.ts';
import { environmentIn } from './realCore.ts';

// The real core in a process of its own, listening on a socket. Arguments: the folder to keep everything in, the socket.
const [root = '', path = ''] = process.argv.slice(2);
process.exitCode = await runServer(
  { transport: { kind: 'socket', path }, environment: await environmentIn(root) },
  process,
);
