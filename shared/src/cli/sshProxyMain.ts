/** Entry of the bundle `sshProxy.cjs`: `ssh-proxy` in one file, which starts in a fraction of the time that many take. */
import { runSshProxyProcess } from './sshProxyProcess.ts';

void runSshProxyProcess(process.argv.slice(3));
