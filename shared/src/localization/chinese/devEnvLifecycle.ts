import type { Table } from '../translator.ts';

/** From making a DevEnv to deleting it: devenv/{keys,names,manifests,lifecycle}. */
export const chineseDevEnvLifecycle: Table = {
  // keys
  'A new SSH key could not be read back.': '新建的 SSH 密钥无法读回。',
  'Try again, and report this if it stays.': '请重试；如仍然如此，请报告此问题。',
  // names
  '{name} cannot be the name of a DevEnv.': '{name} 不能作为开发环境的名称。',
  'Use a short word of lower-case letters, digits and "-": the name is made of it, {name}, and has at most {count#} characters.':
    '请使用由小写字母、数字和“-”组成的短词：名称由它构成（{name}），最多 {count} 个字符。',
  '{name} is not one of your names: they begin with {own}.': '{name} 不是你的名称：你的名称以 {own} 开头。',
  'Give a word alone, such as gpu: the DevEnv is called {name} then.':
    '请只给出一个短词，例如 gpu：开发环境将命名为 {name}。',
  // lifecycle
  'There is a {kind} {object} already, and Slipway did not make it for the DevEnv {name}.':
    '已有 {kind} {object}，且不是 Slipway 为开发环境 {name} 创建的。',
  'It is left alone. Choose another name, or remove it yourself.': '未改动它。请选择其他名称，或自行将其删除。',
  'There is no DevEnv {name} in the context {context}.': '上下文 {context} 中没有开发环境 {name}。',
  'List the DevEnvs to see their names, or create one.': '请列出开发环境以查看名称，或新建一个。',
  'It was deleted, and its workspace was kept: create it anew to have it back.':
    '它已被删除，但保留了工作区：重新创建即可恢复。',
  'There is a DevEnv {name} already.': '已有开发环境 {name}。',
  'There is a DevEnv {name} already, which belongs to {owner}.': '已有开发环境 {name}，属于 {owner}。',
  'Start it, or give the new one a name.': '请启动它，或为新的开发环境命名。',
  'Give the new one another name.': '请为新的开发环境另取名称。',
  '{name} was stopped while it started.': '{name} 在启动过程中被停止。',
  'Start it again.': '请重新启动。',
  'Start it again: /workspace is as it was.': '请重新启动：/workspace 保持原样。',
  '{name} could not be started: {why~}.': '无法启动 {name}：{why}。',
  'nobody knows why': '原因不明',
  'The workspace of {name} has {size}, and a disk cannot shrink.': '{name} 的工作区有 {size}，磁盘不能缩小。',
  'Give at least {size}.': '请至少指定 {size}。',
  'The workspace of {name} cannot grow to {size}: the StorageClass {class} does not allow it.':
    '{name} 的工作区无法扩大到 {size}：StorageClass {class} 不允许。',
  'Nothing was changed. Ask who looks after the cluster whether allowVolumeExpansion can be set there.':
    '未做任何更改。请询问集群管理员能否在那里设置 allowVolumeExpansion。',
  // how it stands
  'Ask who looks after the cluster’s storage. Delete the DevEnv with its workspace to begin anew.':
    '请询问集群存储的管理员。如要重新开始，请连同工作区删除该开发环境。',
  'something holds its pod': '有什么保留着它的 Pod',
  'its node {node} does not say that it has ended': '其节点 {node} 没有报告它已结束',
  'Ask who looks after the cluster: the node may be down.': '请询问集群管理员：该节点可能已停机。',
  '{name} does not end: {why~}.': '{name} 没有结束：{why}。',
  'it is evicted from its node, which is being emptied': '正被驱逐出其节点，该节点正在清空',
  'a pod of higher priority takes its place': '优先级更高的 Pod 正在取代它',
  'its node has got a taint that it does not tolerate, or does not answer': '其节点有了它不能容忍的污点，或没有应答',
  'its node is gone': '其节点已不存在',
  'its node puts it out': '正被其节点驱逐',
  'it was evicted from its node, which was being emptied': '曾被驱逐出其节点，该节点当时正在清空',
  'a pod of higher priority took its place': '优先级更高的 Pod 取代了它',
  'its node had got a taint that it does not tolerate, or did not answer': '其节点曾有它不能容忍的污点，或没有应答',
  'its node was gone': '其节点当时已不存在',
  'the cluster ended it: {said*}': '集群结束了它：{said}',
  'the cluster ended it': '集群结束了它',
  'the cluster ends it: {said*}': '集群正在结束它：{said}',
  'the cluster ends it': '集群正在结束它',
  'its node {node} does not answer': '其节点 {node} 没有应答',
  'it runs, and its SSH server comes up': '已运行，正在启动其 SSH 服务',
  'it ran out of memory and was started again': '内存不足，已重新启动',
  'Give it a larger instance type: what ran in it was lost.': '请为它选择更大的实例类型：其中运行的内容已丢失。',
  'its image cannot be pulled: {why*}': '无法拉取其镜像：{why}',
  'Name another image with resize, and start it again.': '请改用其他镜像（resize），然后重新启动。',
  'its container cannot be started: {why*}': '无法启动其容器：{why}',
  'Delete it with its workspace, name a StorageClass in the team profile (devEnv.storageClassName), and create it anew.':
    '请连同工作区删除它，在团队配置中指定 StorageClass（devEnv.storageClassName），再重新创建。',
  'it broke off ({how~}) and is started again': '已中断（{how}），正在重新启动',
  'it ran out of memory': '内存不足',
  'its first process ended ({how~})': '其主进程已结束（{how}）',
  'it breaks off each time it is started: {why~}: {said*}': '每次启动都会中断：{why}：{said}',
  'it breaks off each time it is started: {why~}': '每次启动都会中断：{why}',
  'Give it a larger instance type, and start it again.': '请为它选择更大的实例类型，然后重新启动。',
  'Its image has to be made as docs/platform/devenv says. Name another one with resize, and start it again.':
    '其镜像须按 docs/platform/devenv 的说明制作。请改用其他镜像（resize），然后重新启动。',
  'its node put it out: {said*}': '被其节点驱逐：{said}',
  'its node put it out': '被其节点驱逐',
  'its node was shut down: {said*}': '其节点已关机：{said}',
  'its node was shut down': '其节点已关机',
  'its container ended ({how~}): {said*}': '其容器已结束（{how}）：{said}',
  'its container ended ({how~})': '其容器已结束（{how}）',
  'its first process ended by itself': '其主进程自行结束',
  'stopped after {time~} idle': '已停止，因闲置 {time}',
  '{count#} s': '{count} 秒',
  '{count#} min': '{count} 分钟',
  '{count#} h': '{count} 小时',
  '{hours#} h {minutes#} min': '{hours} 小时 {minutes} 分钟',
  'waiting until its last pod has ended': '正在等待上一个 Pod 结束',
  'its disk is being enlarged from {before} to {after}': '其磁盘正在从 {before} 扩大到 {after}',
  'what was changed holds from its next start': '更改将在下次启动后生效',
  // manifests
  'idleStop: {value} is not a time without work.': 'idleStop：{value} 不是闲置时长。',
  'Write 4h, 90m or 1h30m, at most 720h, or never.': '请写成 4h、90m 或 1h30m（最多 720h），或者 never。',
  'volumes: {claim} cannot be mounted at {path}: {why~}.': 'volumes：{claim} 无法挂载到 {path}：{why}。',
  'the path has "." or ".." in it': '路径中含有“.”或“..”',
  '{path} is taken': '{path} 已被占用',
  'another volume is mounted there': '那里已挂载了另一个卷',
  'Give it a path of its own, such as /data/atlas.': '请为它指定单独的路径，例如 /data/atlas。',
};
