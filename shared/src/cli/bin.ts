/**
 * Entry of the `slipway` bundle and composition root of this host: the only file of the command that reads the process.
 * Nothing is imported statically that an old Node could stumble over before it is told so.
 */
import { nodeComplaint } from './nodeFloor.ts';

const complaint = nodeComplaint(process.versions.node);
if (complaint === undefined && process.argv[2] === 'ssh-proxy') {
  const { runSshProxyProcess } = await import('./sshProxyProcess.ts');
  await runSshProxyProcess(process.argv.slice(3));
} else if (complaint === undefined) {
  const { runProcess } = await import('./processIo.ts');
  await runProcess();
} else {
  process.stderr.write(complaint);
  process.exitCode = 4;
}
