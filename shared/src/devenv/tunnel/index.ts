export { openTunnel, type TunnelRequest } from './openTunnel.ts';
export { runSshProxy, type SshProxyRequest } from './sshProxy.ts';
