/** What the cluster changes on the machine outside its folder while it is up: the bridge, filter rules, kernel settings. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execute, succeeds } from '../tools/processes.mjs';
import { network, paths } from '../settings.mjs';

const { bridge, nodeAddress, serviceRange } = network;

/** Settings below /proc/sys that we, the kubelet or kube-proxy set. */
const kernelSettings = [
  'net/ipv4/ip_forward',
  'net/ipv4/conf/all/route_localnet',
  'net/bridge/bridge-nf-call-iptables',
  'net/ipv6/conf/default/disable_ipv6',
  'vm/overcommit_memory',
  'kernel/panic',
  'kernel/panic_on_oops',
];

const settingFile = (name) => join('/proc/sys', name);

/** Pods talk to each other and to the node; nothing is forwarded between the bridge and any other interface. */
const filterRules = [
  ['FORWARD', '-i', bridge, '!', '-o', bridge, '-j', 'REJECT'],
  ['FORWARD', '!', '-i', bridge, '-o', bridge, '-j', 'REJECT'],
  // Where the machine's policy is to drop what is forwarded, as Docker sets it.
  ['FORWARD', '-i', bridge, '-o', bridge, '-j', 'ACCEPT'],
];

export async function setUpMachine() {
  saveKernelSettings();
  writeFileSync(settingFile('net/ipv4/ip_forward'), '1');
  // A new address, as each pod's end of its cable gets one of IPv6, makes browsers on the machine break off what they load.
  const withoutAddress = settingFile('net/ipv6/conf/default/disable_ipv6');
  if (existsSync(withoutAddress)) writeFileSync(withoutAddress, '1');
  await succeeds('ip', ['link', 'add', bridge, 'type', 'bridge']);
  await execute('ip', ['address', 'replace', `${nodeAddress}/24`, 'dev', bridge]);
  await execute('ip', ['link', 'set', bridge, 'up']);
  // An address that no service has stays here, too.
  await execute('ip', ['route', 'replace', serviceRange, 'dev', bridge]);
  // From pod to service to pod on one bridge: the rules of kube-proxy have to see that. There once a bridge is.
  writeFileSync(settingFile('net/bridge/bridge-nf-call-iptables'), '1');
  for (const [chain, ...rule] of filterRules) {
    const exists = await succeeds('iptables', ['-w', '-C', chain, ...rule]);
    if (!exists) await execute('iptables', ['-w', '-I', chain, '1', ...rule]);
  }
}

export async function restoreMachine() {
  for (const [chain, ...rule] of filterRules) await succeeds('iptables', ['-w', '-D', chain, ...rule]);
  await removeFirewallChain();
  await succeeds('ip', ['link', 'delete', bridge]);
  restoreKernelSettings();
}

/** `kube-proxy --cleanup` leaves this chain of the kubelet. */
async function removeFirewallChain() {
  for (const command of ['iptables', 'ip6tables']) {
    for (const chain of ['INPUT', 'OUTPUT']) await succeeds(command, ['-w', '-D', chain, '-j', 'KUBE-FIREWALL']);
    await succeeds(command, ['-w', '-F', 'KUBE-FIREWALL']);
    await succeeds(command, ['-w', '-X', 'KUBE-FIREWALL']);
  }
}

function saveKernelSettings() {
  // What a cluster that was killed has saved is how the machine was.
  if (existsSync(paths.savedSettings)) return;
  const found = kernelSettings.filter((name) => existsSync(settingFile(name)));
  const values = Object.fromEntries(found.map((name) => [name, readFileSync(settingFile(name), 'utf8').trim()]));
  writeFileSync(paths.savedSettings, JSON.stringify(values));
}

function restoreKernelSettings() {
  if (!existsSync(paths.savedSettings)) return;
  const values = JSON.parse(readFileSync(paths.savedSettings, 'utf8'));
  for (const [name, value] of Object.entries(values)) {
    if (existsSync(settingFile(name))) writeFileSync(settingFile(name), value);
  }
  rmSync(paths.savedSettings);
}
