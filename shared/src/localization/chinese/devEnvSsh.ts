import type { Table } from '../translator.ts';

/** Reaching DevEnvs by SSH: devenv/{ssh,tunnel}. */
export const chineseDevEnvSsh: Table = {
  'Who may log in to {name} was changed, but its pod could not be told: {why~}':
    '{name} 的登录名单已更改，但无法通知其 Pod：{why}',
  'It takes that over by itself within two minutes; then try again. {ask~}':
    '它会在两分钟内自行生效，届时请重试。{ask}',
  // tunnel
  'The connection was closed before sshd answered.': '在 sshd 应答之前，连接已关闭。',
  'There is no DevEnv {name} in {namespace}.': '{namespace} 中没有开发环境 {name}。',
  'See "slipway devenv list"; "slipway devenv create" makes one.':
    '请查看“slipway devenv list”；“slipway devenv create”可新建。',
  '{name} runs, but no sshd answers in it: {why*}': '{name} 正在运行，但其中没有 sshd 应答：{why}',
  'Look at what it says with "slipway devenv status {name}", or start it anew: slipway devenv restart {other}':
    '请用“slipway devenv status {name}”查看其状态，或重新启动：slipway devenv restart {other}',
  '{name} cannot come up: {why*}.': '{name} 无法启动：{why}。',
  'See why with "slipway devenv status {name}".': '请用“slipway devenv status {name}”查看原因。',
  '{name} has not ended: its node {node} does not answer.': '{name} 尚未结束：其节点 {node} 没有应答。',
  '{name} cannot be reached: its node {node} does not answer.': '无法连接 {name}：其节点 {node} 没有应答。',
  'Wait until it is back, or ask who looks after the cluster.': '请等待其恢复，或询问集群管理员。',
  '{name} was put out by its node: {why*}.': '{name} 被其节点驱逐：{why}。',
  '{name} was put out by its node.': '{name} 被其节点驱逐。',
  '{name} ended when its node was shut down: {why*}.': '{name} 因其节点关机而结束：{why}。',
  '{name} ended when its node was shut down.': '{name} 因其节点关机而结束。',
  'Start it again: slipway devenv start {name}': '请重新启动：slipway devenv start {name}',
  '{name} broke off: {why*}.': '{name} 已中断：{why}。',
  'Look at it with "slipway devenv status {name}", and start it again: slipway devenv start {other}':
    '请用“slipway devenv status {name}”查看，然后重新启动：slipway devenv start {other}',
  '{name} is stopped: {why~}.': '{name} 已停止：{why}。',
  '{name} was stopped after {time~} idle.': '{name} 已停止，因闲置 {time}。',
  'Start it: slipway devenv start {name}': '请启动它：slipway devenv start {name}',
  'The ssh client has gone.': 'ssh 客户端已退出。',
  'The connection to {name} was lost: {why*}': '与 {name} 的连接已断开：{why}',
  'Connect again; if it stays so, look at the network with "slipway devenv test".':
    '请重新连接；如仍然如此，请用“slipway devenv test”检查网络。',
  // a person's ssh config
  '{path} was left as it is: another program keeps changing it.': '{path} 未改动：另一个程序一直在修改它。',
  'Try again when that program is done.': '请在该程序结束后重试。',
  '{path} was left as it is: {why*}.': '{path} 未改动：{why}。',
  'Put this line at its top yourself, or make it writable and connect again; until then use the command with -F.':
    '请自行将该行放在文件最前面，或将文件设为可写后重新连接；在此之前请使用带 -F 的命令。',
  'Your ssh config is UTF-16 or no text, which ssh itself cannot read.':
    '你的 ssh 配置是 UTF-16 或不是文本，ssh 自身也无法读取。',
  'Save it as UTF-8, or begin a new one.': '请将其保存为 UTF-8，或新建一个。',
  'Your ssh config was left as it is: what Slipway wrote into it at line {line#} has been changed so that its beginning and end do not fit together.':
    '你的 ssh 配置未改动：Slipway 在第 {line} 行写入的内容被修改，其开头与结尾不再对应。',
  'Take out the lines with "--- START SLIPWAY" and "--- END SLIPWAY", and what Slipway put between them; then connect again.':
    '请删除含“--- START SLIPWAY”和“--- END SLIPWAY”的行以及 Slipway 写在其间的内容，然后重新连接。',
  'The ssh config file is not named by an absolute path: {path*}': 'ssh 配置文件不是用绝对路径指定的：{path}',
  'Correct the setting that names it (remote.SSH.configFile).': '请更正指定它的设置（remote.SSH.configFile）。',
  // our own files
  'Slipway cannot keep what it logs in with in {path}: {why*}.': 'Slipway 无法将登录所需的内容保存在 {path}：{why}。',
  'Look at {path} and move it away, or set XDG_DATA_HOME to another folder.':
    '请查看 {path} 并将其移走，或将 XDG_DATA_HOME 设为其他文件夹。',
  '{path} is no SSH key that Slipway made.': '{path} 不是 Slipway 创建的 SSH 密钥。',
  'Move {path} away: Slipway then makes a new one.': '请移走 {path}：Slipway 随后会新建一个。',
  'The program that ssh starts could not be put into {path}: {why*}.': '无法将 ssh 要启动的程序放入 {path}：{why}。',
  'The program that ssh starts is not built: there is no {script} in {folder}.':
    'ssh 要启动的程序尚未构建：{folder} 中没有 {script}。',
  'Install Slipway from its package; in a checkout run "npm run build".':
    '请从软件包安装 Slipway；在代码检出中请运行“npm run build”。',
  'ssh can use no file whose path holds control characters or a dollar sign before a brace: {path*}':
    'ssh 无法使用路径中含有控制字符或“$”后接大括号的文件：{path}',
  'Windows can start no program with this in its path: {path*}': 'Windows 无法启动路径如下的程序：{path}',
  'ssh can start no program with a line end in its path: {path*}': 'ssh 无法启动路径中含有换行符的程序：{path}',
  'Let Slipway keep its data elsewhere: set XDG_DATA_HOME to another folder.':
    '请让 Slipway 将数据保存在别处：将 XDG_DATA_HOME 设为其他文件夹。',
  '{name} cannot be a part of a host for ssh.': '{name} 不能作为 ssh 主机名的一部分。',
  'Names of contexts and DevEnvs are lower case letters, digits, hyphens and dots.':
    '上下文和开发环境的名称由小写字母、数字、连字符和点组成。',
  // keys of hosts and devices
  'The Secret {secret} in {namespace} holds no host key, so {name} cannot be told from another machine.':
    '{namespace} 中的 Secret {secret} 没有主机密钥，因此无法将 {name} 与其他机器区分开。',
  'Delete and create the DevEnv anew; its workspace can stay: slipway devenv delete {name}':
    '请删除并重新创建该开发环境；其工作区可以保留：slipway devenv delete {name}',
  'No machine with the key {fingerprint} may log in to {name}.': '没有密钥为 {fingerprint} 的设备可以登录 {name}。',
  'See who may: slipway devenv devices {name}': '请查看谁可以登录：slipway devenv devices {name}',
  'The host key of {host} is another one than before: {found} instead of {pinned}. Somebody may have put another machine in its place.':
    '{host} 的主机密钥与之前不同：现为 {found}，而非 {pinned}。可能有人用另一台机器取代了它。',
  'If {name} was deleted and made anew on purpose, accept it: slipway devenv connect --accept-new-host-key {other}. Otherwise ask whoever runs the cluster.':
    '如果 {name} 是有意删除并重新创建的，请接受它：slipway devenv connect --accept-new-host-key {other}。否则请询问集群管理员。',
};
