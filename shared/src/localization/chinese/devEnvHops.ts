import type { Table } from '../translator.ts';

/** What was measured on the way to a DevEnv: devenv/diagnostics. */
export const chineseDevEnvHops: Table = {
  'Not tried: {hop} is before it.': '未尝试：前面的 {hop} 未通过。',
  'It took longer than {seconds#} s.': '耗时超过 {seconds} 秒。',
  'Check the network, VPN and proxy.': '请检查网络、VPN 和代理。',
  'The API server answers in {again}, the first time in {first}.': 'API 服务器在 {again} 内应答，首次为 {first}。',
  'Check the network, VPN and proxy between here and the cluster.': '请检查本机与集群之间的网络、VPN 和代理。',
  '{name} runs on {node}.': '{name} 运行在 {node} 上。',
  '{name} does not run.': '{name} 没有运行。',
  'Start it: slipway devenv start {name}.': '请启动它：slipway devenv start {name}。',
  'What listens on port {port#} of {name} is no SSH server.': '在 {name} 的端口 {port} 上监听的不是 SSH 服务器。',
  'The SSH server answers through the API server in {time}.': 'SSH 服务器经由 API 服务器在 {time} 内应答。',
  'The API server or the node is busy; try again later.': 'API 服务器或节点繁忙，请稍后再试。',
  "Logged in with this machine's key in {time}; the host key is the pinned one.":
    '已用本机的密钥在 {time} 内登录；主机密钥与固定的一致。',
  'The DevEnv is busy: look at what runs in it.': '该开发环境繁忙：请查看其中运行的程序。',
  'A key that is typed comes back after {time}.': '键入的字符在 {time} 后返回。',
  'The network to the cluster is slow: check VPN and proxy.': '到集群的网络较慢：请检查 VPN 和代理。',
  '{size} are uploaded in a second.': '每秒上传 {size}。',
  '{size} are downloaded in a second.': '每秒下载 {size}。',
};
