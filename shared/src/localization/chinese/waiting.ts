import type { Table } from '../translator.ts';

/** Why runs wait: targets/tekton/observe/pending, targets/tekton/observe/tell. */
export const chineseWaiting: Table = {
  // schedulingWords.ts
  '{resource~}: {nodes#} node(s) — {parts~}': '{resource}：共 {nodes} 个节点，{parts}',
  '{nodes#} node(s) — {parts~}': '共 {nodes} 个节点，{parts}',
  '{resource~}: none of {nodes#} node(s) takes it': '{resource}：{nodes} 个节点都不接受它',
  'none of {nodes#} node(s) takes it': '{nodes} 个节点都不接受它',
  memory: '内存',
  'local disk': '本地磁盘',
  '{count#} full': '{count} 个已占满',
  '{count#} without {request#} free': '{count} 个空闲不足 {request}',
  '{count#} without {amount~} free': '{count} 个空闲不足 {amount}',
  '{count#} without enough {resource~}': '{count} 个的{resource}不足',
  '{count#} tainted': '{count} 个带有污点',
  '{count#} tainted {taints,}': '{count} 个带有污点 {taints}',
  '{count#} that its selector or affinity excludes': '{count} 个不符合它的节点选择器或亲和性',
  '{count#} without label {labels,}': '{count} 个没有标签 {labels}',
  '{count#} not ready': '{count} 个未就绪',
  '{count#} closed for new pods': '{count} 个已停止调度',
  '{count#} away from a pod that it must be beside': '{count} 个不满足 Pod 亲和性',
  '{count#} beside a pod that it must be away from': '{count} 个不满足 Pod 反亲和性',
  '{count#} excluded by its spread over zones': '{count} 个不满足拓扑分布约束',
  '{count#} where its volume cannot be': '{count} 个无法挂载它的卷',
  '{count#} without a volume for its claim': '{count} 个没有可供其卷声明使用的卷',
  '{count#} with as many volumes as can be attached': '{count} 个的卷数已达上限',
  '{count#} with as many pods as may run there': '{count} 个的 Pod 数已达上限',
  '{count#} where its port is taken': '{count} 个的端口已被占用',
  '{count#} not the one it asks for': '{count} 个不是它指定的节点',
  'a GPU': '1 个 GPU',
  '{number} GPUs': '{number} 个 GPU',
  'a CPU': '1 个 CPU',
  '{number} CPUs': '{number} 个 CPU',
  '{size} of memory': '{size} 内存',
  '{size} of local disk': '{size} 本地磁盘',
  none: '没有',
  'an unknown amount': '未知数量',
  'starts when enough is free on the node that could hold it': '可容纳它的节点有足够空闲时开始',
  'starts when enough is free on one of {full#} nodes that could hold it':
    '可容纳它的 {full} 个节点之一有足够空闲时开始',
  'no node seems large enough, so waiting may not help: ask for less':
    '似乎没有足够大的节点，等待可能无济于事：请减少申请量',
  'waiting does not help: it asks for {amount~}, and the largest node that takes it has {has~}':
    '等待无济于事：它需要 {amount}，而可用的最大节点只有 {has}',
  'frees up when a GPU job ends on one of {count#} nodes (oldest has run {age~})':
    '{count} 个节点中有 GPU 任务结束时即可空出（最早的已运行 {age}）',
  'frees up when a GPU job ends on {nodes,} (oldest has run {age~})':
    '{nodes} 上有 GPU 任务结束时即可空出（最早的已运行 {age}）',
  'frees up when a job ends on one of {count#} nodes (oldest has run {age~})':
    '{count} 个节点中有任务结束时即可空出（最早的已运行 {age}）',
  'frees up when a job ends on {nodes,} (oldest has run {age~})':
    '{nodes} 上有任务结束时即可空出（最早的已运行 {age}）',
  'held by {count#} pods, among them {holders,}': '由 {count} 个 Pod 占用，其中有 {holders}',
  'held by {holders,}': '由 {holders} 占用',
  'less than a minute': '不到 1 分钟',
  'waiting does not help: no node has {labels~}; there is {offered,}':
    '等待无济于事：没有节点带有{labels}；现有 {offered}',
  'waiting does not help: no node has {labels~}': '等待无济于事：没有节点带有{labels}',
  'label {pair}': '标签 {pair}',
  'waiting does not help: it needs a toleration for {taints,}': '等待无济于事：它需要容忍污点 {taints}',
  // explainPending.ts
  'it was submitted to be started later, and nobody has started it': '它提交时要求稍后启动，还没有人启动它',
  '{queue} holds it in its queue': '它在 {queue} 的队列中等待',
  'Tekton has not taken it up yet: its controller is busy, or does not run':
    'Tekton 还没有处理它：控制器繁忙或没有运行',
  'its pipeline is being fetched: {said~}': '正在获取它的流水线：{said}',
  'one of its tasks is being fetched: {said~}': '正在获取它的一个任务：{said}',
  'a queue holds its pod back (scheduling gate)': '队列暂缓了它的 Pod（调度门控）',
  'no scheduler has looked at its pod yet; it asks for the scheduler {scheduler}':
    '还没有调度器处理它的 Pod；它指定的调度器是 {scheduler}',
  // quotaWords.ts
  'quota {name}: {parts~}': '配额 {name}：{parts}',
  'it asks for {asked~}, and {used~} of {hard~} are in use': '它需要 {asked}，而上限 {hard} 中已用 {used}',
  'it asks for {asked} of memory, and {used} of memory of {hard} of memory are in use':
    '它需要 {asked} 内存，而上限 {hard} 中已用 {used}',
  'it asks for {asked} of local disk, and {used} of local disk of {hard} of local disk are in use':
    '它需要 {asked} 本地磁盘，而上限 {hard} 中已用 {used}',
  'waiting does not help: it asks for more than the whole quota': '等待无济于事：它的申请量超过了整个配额',
  'starts when something else in this space ends and gives enough back': '此空间中有其他内容结束并释放足够资源时开始',
  // taskRunTrouble.ts
  'quota {name} wants {what} on every container, and {whom} has none':
    '配额 {name} 要求每个容器都设置 {what}，而 {whom} 没有设置',
  'an administrator can set defaults with a LimitRange': '管理员可以用 LimitRange 设置默认值',
  "the space's security level {level} refuses the pod: {rules~}": '空间的安全级别 {level} 拒绝了这个 Pod：{rules}',
  'the admission webhook {webhook} does not answer: {said~}': '准入 Webhook {webhook} 没有响应：{said}',
  'it is asked again; tell an administrator if this goes on': '会再次请求；如果一直如此，请告知管理员',
  'the policy {policy} refuses the pod: {said~}': '策略 {policy} 拒绝了这个 Pod：{said}',
  'the service account {account} is not there': '服务账户 {account} 不存在',
  'there is no priority class {name}': '优先级类 {name} 不存在',
  // claimTrouble.ts
  'the volume of claim {claim} is gone': '卷声明 {claim} 的卷已丢失',
  'claim {claim} has no volume: there is no storage class {name}': '卷声明 {claim} 没有卷：存储类 {name} 不存在',
  'claim {claim} has no volume: it names no storage class, and the cluster has no default one':
    '卷声明 {claim} 没有卷：它没有指定存储类，集群也没有默认的存储类',
  'claim {claim} has no volume: {said~}': '卷声明 {claim} 没有卷：{said}',
  'a volume is being made for claim {claim}': '正在为卷声明 {claim} 创建卷',
  'claim {claim} has no volume yet': '卷声明 {claim} 还没有卷',
  // containerTrouble.ts
  '{kind} "{name}" has no key "{key}"': '{kind}“{name}”中没有键“{key}”',
  'a Secret has no key "{key}"': 'Secret 中没有键“{key}”',
  'a ConfigMap has no key "{key}"': 'ConfigMap 中没有键“{key}”',
  'Secret "{name}" is not there': 'Secret“{name}”不存在',
  'ConfigMap "{name}" is not there': 'ConfigMap“{name}”不存在',
  'the claim {claim} is not there': '卷声明 {claim} 不存在',
  'its volume is in use on another node': '它的卷正被另一个节点使用',
  'its volume is in use on another node ({said~})': '它的卷正被另一个节点使用（{said}）',
  'its folder on the volume could not be made': '无法在卷上创建它的文件夹',
  'the GPU driver of the node is too old: the image needs {what}': '节点的 GPU 驱动太旧：镜像需要 {what}',
  'the image runs as root, which its security context forbids: name a user in the profile':
    '镜像以 root 运行，而安全上下文不允许：请在团队配置中指定用户',
  "the image's user {user} has no number, so nobody can tell that it is not root: name runAsUser in the profile":
    '镜像的用户 {user} 没有数字 ID，无法确认不是 root：请在团队配置中指定 runAsUser',
  'container {name} cannot be started: {said~}': '容器 {name} 无法启动：{said}',
  'step {step} cannot be started: {said~}': '{step} 步骤无法启动：{said}',
  'the pod cannot be set up: {said~}': '无法建立 Pod：{said}',
  'its volume cannot be mounted: {said~}': '无法挂载它的卷：{said}',
  // imageTrouble.ts
  'image {image} is no valid image name: lower-case letters, then :tag or @sha256:digest':
    '{image} 不是有效的镜像名称：应为小写字母，后接 :tag 或 @sha256:digest',
  'image {image}: {why~}': '镜像 {image}：{why}',
  'the registry wants credentials (401 Unauthorized): name a pull secret in the profile':
    '镜像仓库需要凭据（401 Unauthorized）：请在团队配置中指定镜像拉取 Secret',
  'the registry refuses access: it is not there, or the pull secret may not read it':
    '镜像仓库拒绝访问：镜像不存在，或镜像拉取 Secret 无权读取',
  'the registry does not have it: look at its name and tag': '镜像仓库中没有它：请检查名称和标签',
  "the node does not trust the registry's certificate": '节点不信任镜像仓库的证书',
  'the registry limits how often it is asked (429): it goes on later': '镜像仓库限制了请求频率（429）：稍后继续',
  'the disk of the node is full': '节点的磁盘已满',
  "it is not made for the node's processor": '它不适用于节点的处理器架构',
  'the registry does not answer': '镜像仓库没有响应',
  'it is not on the node, and may not be pulled': '节点上没有它，又不允许拉取',
  'image {image} cannot be pulled ({reason})': '无法拉取镜像 {image}（{reason}）',
  'image {image} cannot be pulled: {said~}': '无法拉取镜像 {image}：{said}',
  'pulling image {image} (for {age~})': '正在拉取镜像 {image}（已 {age}）',
  'pulling image {image}': '正在拉取镜像 {image}',
  // teller.ts
  'waits: {why~}': '等待：{why}',
};
