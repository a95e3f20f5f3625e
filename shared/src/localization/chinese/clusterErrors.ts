import type { Table } from '../translator.ts';

/** Failures that have to do with a cluster: kubernetes, targets/tekton, pipeline/manifest. `attempt` is Kubernetes' own words. */
export const chineseClusterErrors: Table = {
  // kubernetes/wording/transportWords.ts
  'The cluster of context {context} cannot be reached: {why~}.': '无法连接上下文 {context} 的集群：{why}。',
  'nothing listens at {server}': '{server} 没有服务在监听',
  'there is no host with the name in {server}': '{server} 中的主机名不存在',
  'the name in {server} could not be looked up': '无法解析 {server} 中的主机名',
  'there is no way to {server} ({code})': '没有到 {server} 的路由（{code}）',
  'Check that the cluster runs and that the server of the context is the right one.':
    '请检查集群是否在运行，以及该上下文的服务器地址是否正确。',
  'Check the network or the VPN, and the server of the context.': '请检查网络或 VPN，以及该上下文的服务器地址。',
  'The server {server} of context {context} did not answer {attempt}: {why~}.':
    '上下文 {context} 的服务器 {server} 没有响应 {attempt}：{why}。',
  'Check the network or the VPN, then try again.': '请检查网络或 VPN，然后重试。',
  'The connection to {server} was cut during {attempt}.': '到 {server} 的连接在 {attempt} 时被切断。',
  'Try again; if it stays so, please report it.': '请重试；如果一直如此，请报告此问题。',
  'Try again; if it happens often, ask whether a proxy or load balancer ends long connections.':
    '请重试；如果经常发生，请确认是否有代理或负载均衡器切断长连接。',
  'The cluster of context {context} cannot be reached through its proxy. {why~}':
    '无法通过代理连接上下文 {context} 的集群。{why}',
  'Check proxy-url of the cluster in the kubeconfig, or the variable HTTPS_PROXY.':
    '请检查 kubeconfig 中集群的 proxy-url，或变量 HTTPS_PROXY。',
  'The server {server} of context {context} is not trusted: {why~}.':
    '不信任上下文 {context} 的服务器 {server}：{why}。',
  'its certificate, or that of its authority, has expired': '它的证书或其颁发机构的证书已过期',
  'its certificate is not valid yet': '它的证书尚未生效',
  'its certificate is signed by itself, and not the one in the kubeconfig':
    '它的证书是自签名的，且与 kubeconfig 中的不同',
  'its certificate is signed by an unknown authority': '它的证书由未知机构签发',
  'its certificate is for another name': '它的证书属于另一个名称',
  'its certificate was revoked': '它的证书已被吊销',
  'its certificate cannot be used ({code})': '它的证书无法使用（{code}）',
  "Check this machine's clock; if it is right, whoever runs the cluster has to renew the certificate.":
    '请检查这台机器的时钟；如果正确，需要集群管理员更新证书。',
  'Use the name in the certificate as server, or name it as tls-server-name in the kubeconfig.':
    '请用证书中的名称作为 server，或在 kubeconfig 中用 tls-server-name 指定它。',
  'Put the certificate authority of the cluster into the kubeconfig as certificate-authority.':
    '请把集群的证书颁发机构写入 kubeconfig 的 certificate-authority。',
  'The server {server} did not accept the client certificate of user {user} ({code}).':
    '服务器 {server} 不接受用户 {user} 的客户端证书（{code}）。',
  'Get a new client certificate for this user from whoever runs the cluster.':
    '请向集群管理员索取此用户的新客户端证书。',
  'The server {server} gave an answer to {attempt} that was not understood: {why~}.':
    '无法理解服务器 {server} 对 {attempt} 的响应：{why}。',
  'Check that the context points at a Kubernetes API server, and that no proxy answers in its place.':
    '请检查上下文是否指向 Kubernetes API 服务器，以及是否有代理代为响应。',
  // kubernetes/wording/answerWords.ts, forbiddenWords.ts, notFoundWords.ts, unauthorizedWords.ts
  'The cluster {context} no longer has the version that {attempt} started from.':
    '集群 {context} 已没有 {attempt} 所基于的版本。',
  'List again.': '请重新列出。',
  'The cluster {context} could not {attempt}: it exists already.': '集群 {context} 无法 {attempt}：它已经存在。',
  'Choose another name, or delete the one that exists.': '请换一个名称，或删除已有的那个。',
  'The cluster {context} could not {attempt}: its admission webhook {webhook} does not answer.':
    '集群 {context} 无法 {attempt}：准入 Webhook {webhook} 没有响应。',
  'Try again in a moment; if it stays so, whoever runs the cluster has to look at that webhook.':
    '请稍后重试；如果一直如此，需要集群管理员检查该 Webhook。',
  'The cluster {context} could not {attempt} now: {said~} ({status#}).':
    '集群 {context} 目前无法 {attempt}：{said}（{status}）。',
  'The cluster {context} could not {attempt}: {said~}': '集群 {context} 无法 {attempt}：{said}',
  'Try again: somebody else changed it meanwhile.': '请重试：其间有人修改了它。',
  'The cluster {context} refused to {attempt}: the space is being deleted.':
    '集群 {context} 拒绝 {attempt}：该空间正在被删除。',
  'Choose another space.': '请选择另一个空间。',
  'The cluster {context} refused to {attempt}: {said~}': '集群 {context} 拒绝 {attempt}：{said}',
  'Make it smaller: the cluster stores about 1 MB in an object.': '请把它变小：集群中一个对象最多约 1 MB。',
  'Correct what it names, then try again.': '请更正它指出的内容，然后重试。',
  'Correct what it names, or ask whoever runs the cluster.': '请更正它指出的内容，或询问集群管理员。',
  'Ask for less, end or delete something that uses the quota, or ask for a larger quota.':
    '请减少申请量，结束或删除占用配额的内容，或申请更大的配额。',
  'Stay within the limits of the space.': '请不要超出空间的限制。',
  'The server {server} answered {attempt} with status {status#}: {said}.':
    '服务器 {server} 对 {attempt} 返回状态 {status}：{said}。',
  'The server {server} answered {attempt} with status {status#}.': '服务器 {server} 对 {attempt} 返回状态 {status}。',
  'The user {user} may not {attempt} on the cluster {context} ({server}).':
    '用户 {user} 无权在集群 {context}（{server}）上 {attempt}。',
  'Sign in: the cluster was given no valid credential.': '请登录：没有向集群提供有效的凭据。',
  'Ask for the right: {verbs} on {resources} in the namespace {namespace}.':
    '请申请权限：在命名空间 {namespace} 中对 {resources} 的 {verbs}。',
  'Ask for the right: {verbs} on {resources} in the cluster.': '请申请权限：在集群中对 {resources} 的 {verbs}。',
  'Ask for the right: {verbs} on {resources}.': '请申请权限：对 {resources} 的 {verbs}。',
  'The cluster {context} does not know {resources} of {version}.': '集群 {context} 不认识 {version} 的 {resources}。',
  'Ask whoever runs the cluster to install Tekton Pipelines, or a version that serves this one.':
    '请集群管理员安装 Tekton Pipelines，或支持它的版本。',
  'Check that the context points at the right cluster.': '请检查上下文是否指向正确的集群。',
  'The cluster {context} has no space {space}, so it could not {attempt}.':
    '集群 {context} 没有空间 {space}，因此无法 {attempt}。',
  'Choose a space that exists.': '请选择已有的空间。',
  'The cluster {context} has no {object}.': '集群 {context} 没有 {object}。',
  'Check the name and the space; it may have been deleted.': '请检查名称和空间；它可能已被删除。',
  // kubernetes
  'The operation was cancelled.': '操作已取消。',
  '{what} broke off: {why~}.': '{what} 中断：{why}。',
  'Check the network and try again.': '请检查网络后重试。',
  'Try again.': '请重试。',
  'Try again in a moment.': '请稍后重试。',
  'The connection to {server} hangs: changes did not come.': '到 {server} 的连接没有反应：收不到变化。',
  'The connection to {program} was closed.': '到 {program} 的连接已关闭。',
  'There is no program {program} in {place}.': '{place} 中没有程序 {program}。',
  'Use an image that has it.': '请使用带有它的镜像。',
  'Container {container} of pod {pod} is not running, so nothing can be run in it.':
    'Pod {pod} 的容器 {container} 没有运行，因此无法在其中执行。',
  'The node of pod {pod} does not answer, so {program} could not be run.':
    'Pod {pod} 所在节点没有响应，因此无法运行 {program}。',
  'Try again in a moment; if it stays so, tell the administrator of the cluster.':
    '请稍后重试；如果一直如此，请告知集群管理员。',
  '{program} could not be run in {place}: {said~}.': '无法在 {place} 中运行 {program}：{said}。',
  'The connection to {program} in container {container} of pod {pod} broke ({code}).':
    '到 Pod {pod} 容器 {container} 中 {program} 的连接中断（{code}）。',
  'Try again; if it stays so, check the network and whether the pod still runs.':
    '请重试；如果一直如此，请检查网络以及 Pod 是否仍在运行。',
  'Pod {pod} in {namespace} has no container {container}.': '{namespace} 中的 Pod {pod} 没有容器 {container}。',
  'There is no kubeconfig: {path} does not exist.': '没有 kubeconfig：{path} 不存在。',
  'Ask whoever runs the cluster for a kubeconfig, and name it in KUBECONFIG or in the context.':
    '请向集群管理员索取 kubeconfig，并在 KUBECONFIG 或上下文中指定它。',
  'The {owner} in the kubeconfig {file} cannot be used: {why}.': '无法使用 kubeconfig {file} 中的 {owner}：{why}。',
  'Correct the kubeconfig.': '请更正 kubeconfig。',
  'Correct tokenFile in the kubeconfig, or sign in again.': '请更正 kubeconfig 中的 tokenFile，或重新登录。',
  'List the files of the run.': '请列出运行的文件。',
  'Name a file inside the run.': '请指定运行中的文件。',
  '{path} did not arrive as it was sent: length or SHA-256 is wrong.': '{path} 与发送时不同：长度或 SHA-256 有误。',
  'The program for the {what} ended with exit code {code#}: {said~}.':
    '用于 {what} 的程序以退出码 {code} 结束：{said}。',
  'The connection to the program for the {what} broke before it answered.':
    '到用于 {what} 的程序的连接在其响应之前中断。',
  'The program for the {what} ended with exit code {code#}.': '用于 {what} 的程序以退出码 {code} 结束。',
  'The program for the {what} gave an answer that was not understood.': '无法理解用于 {what} 的程序的响应。',
  'The program that takes the upload gave an answer that was not understood.': '无法理解接收上传的程序的响应。',
  'Check that the image has Python 3.9 or newer.': '请检查镜像中是否有 Python 3.9 或更新版本。',
  'Check that the image prints nothing when a program starts in it.': '请检查镜像在程序启动时是否会打印内容。',
  '{path} changed while it was uploaded.': '{path} 在上传时发生了变化。',
  'Try again when nothing writes to it.': '请在没有程序写入它时重试。',
  'The files could not be uploaded: {why~}.': '无法上传文件：{why}。',
  '{path} could not be uploaded: {why~}.': '无法上传 {path}：{why}。',
  'Free space on the volume, use a larger one, or take files off the run.':
    '请释放卷上的空间，换更大的卷，或减少运行的文件。',
  'Check that the volume may be written by the user that the pod runs as.': '请检查 Pod 所用的用户是否可以写入卷。',
  'Rename the file or take it off the run.': '请重命名该文件，或从运行中去掉它。',
  'Do not change files while they are uploaded; try again.': '上传时请不要修改文件；请重试。',
  'There was no name to {verb} in {types}.': '在 {types} 中没有可供 {verb} 的名称。',
  '{attempt} failed: {why~}': '{attempt} 失败：{why}',
  '{name} cannot be the name of an object on a cluster.': '{name} 不能作为集群中对象的名称。',
  'Use a name of lower case letters, digits, dashes and dots.': '请使用由小写字母、数字、连字符和点组成的名称。',
  'Add a credential for this user, or sign in.': '请为此用户添加凭据，或登录。',
  'Set the clock, then sign in again.': '请校准时钟，然后重新登录。',
  'See its containers with {command}.': '请用 {command} 查看它的容器。',
  // targets/tekton
  'There is no folder on the volume for the pod {pod} to read: it was removed, or never made.':
    '卷上没有可供 Pod {pod} 读取的文件夹：它已被删除，或从未创建。',
  'Run it again; what it left is gone.': '请重新运行；它留下的内容已不存在。',
  "The run's files could not be read: the pod said nothing for {seconds} s.":
    '无法读取运行的文件：Pod 在 {seconds} 秒内没有响应。',
  'Try again; if it stays so, check whether the pod and its volume still work.':
    '请重试；如果一直如此，请检查 Pod 和它的卷是否正常。',
  "The helper that reads the run's files sent {what}.": '读取运行文件的辅助程序发来了 {what}。',
  "The run's helper in the pod sent {what}.": 'Pod 中的辅助程序发来了 {what}。',
  'Look at the image: something in it prints before or between what the helper sends.':
    '请检查镜像：其中有内容在辅助程序的输出之前或之间打印。',
  "The connection to the run's files broke: {why~}": '到运行文件的连接中断：{why}',
  "The connection to the run's files broke": '到运行文件的连接中断',
  "The run's helper in the pod left out a part of {path}.": 'Pod 中的辅助程序漏掉了 {path} 的一部分。',
  "The run's helper in the pod ended with exit code {code#}{why}.": 'Pod 中的辅助程序以退出码 {code} 结束{why}。',
  "The run's helper in the pod ended with exit code {code#}.": 'Pod 中的辅助程序以退出码 {code} 结束。',
  'Check that the image of the run has Python 3.9 or newer as python3.':
    '请检查运行的镜像中 python3 是否为 Python 3.9 或更新版本。',
  'The run {run} was not made by Slipway, so where its files are is not known.':
    '运行 {run} 不是由 Slipway 创建的，因此不知道它的文件在哪里。',
  'Its logs and results can be read; for its files ask whoever made it.': '可以读取它的日志和结果；文件请询问创建者。',
  'The run {run} has no files: no pod of it has run.': '运行 {run} 没有文件：它的 Pod 都没有运行过。',
  'Try again once it runs.': '请在它运行后重试。',
  'The helper in the pod gave no {what} that can be read.': 'Pod 中的辅助程序没有给出可读的 {what}。',
  'The run may come from another version of Slipway.': '该运行可能来自 Slipway 的另一个版本。',
  'The connection to the cluster was closed.': '到集群的连接已关闭。',
  '{run} has been replaced by another run of its name.': '{run} 已被另一个同名的运行取代。',
  'Look at it again.': '请重新查看它。',
  'The run {run} had a volume of its own, which is gone with it.': '运行 {run} 的文件在它自己的卷上，已随它一起删除。',
  'Runs of this context have a volume of its own, which is gone with it.':
    '此上下文的运行各有自己的卷，已随运行一起删除。',
  'Let the team profile name a claim that stays (volume: kind: claim) to keep what runs leave.':
    '如需保留运行的产物，请在团队配置中指定会保留的卷声明（volume: kind: claim）。',
  "The run's pod is gone, so its files are read through a pod of their own, which you may not make. {why~}":
    '运行的 Pod 已不存在，需要另建 Pod 读取它的文件，而你无权创建。{why}',
  'Ask for the right to create pods in {namespace}, or look at the volume another way.':
    '请申请在 {namespace} 中创建 Pod 的权限，或用其他方式查看卷。',
  "The pod {pod}, which reads the run's files, does not run: {why~}.": '读取运行文件的 Pod {pod} 没有运行：{why}。',
  'It takes the volume, the image and the nodes of the run: see whether these are still there, and try again.':
    '它使用该运行的卷、镜像和节点：请确认这些仍然存在，然后重试。',
  'The cluster of {context} does not answer within {seconds} s.': '{context} 的集群在 {seconds} 秒内没有响应。',
  'Check the network, a VPN or a proxy; "slipway doctor --context {context}" looks closer.':
    '请检查网络、VPN 或代理；运行 slipway doctor --context {context} 可进一步检查。',
  'The cluster of {context} did not answer in time; its runs are left out.':
    '{context} 的集群没有及时响应；未列出它的运行。',
  'See what is wrong with "slipway doctor --context {context}".':
    '请运行 slipway doctor --context {context} 查看原因。',
  'There is no run {run} in {context}.': '{context} 中没有运行 {run}。',
  'There is no run {run} on {context}, in {namespace}.': '{context} 的 {namespace} 中没有运行 {run}。',
  'List the runs with {command}.': '请用 {command} 列出运行。',
  '{what~} ({pod} in {namespace}) does not run: {why~}.': '{what}（{namespace} 中的 {pod}）没有运行：{why}。',
  'The pod that takes the upload': '接收上传的 Pod',
  'It takes the image, the volume and the nodes of the run itself: correct these, then submit again.':
    '它使用运行本身的镜像、卷和节点：请更正这些，然后重新提交。',
  'The volume of the run {run}, whose steps were to be reused, is gone.': '要沿用其步骤的运行 {run} 的卷已不存在。',
  'Run it again from the start.': '请从头重新运行。',
  'There is no Secret {name} in the space {space}.': '空间 {space} 中没有 Secret {name}。',
  'Choose one that is there (kubectl get secrets -n {space}), or create it.':
    '请选择已有的 Secret（kubectl get secrets -n {space}），或创建它。',
  'Write the name of the Secret into the job spec: runs need no right to see it. For the list, ask for the verb list on secrets in the namespace {space}.':
    '请把 Secret 的名称写入作业规格：运行不需要查看它的权限。如需列表，请申请在命名空间 {space} 中对 secrets 的 list 权限。',
  'There is another run with the name {run}.': '已有名为 {run} 的运行。',
  'Submit under another name.': '请换一个名称提交。',
  'The run {run} is being deleted: {what} is on its way out.': '运行 {run} 正在被删除：{what} 即将移除。',
  'Submit again in a moment, or under another name.': '请稍后重新提交，或换一个名称。',
  'The submission was cancelled; nothing was started.': '提交已取消；没有启动任何内容。',
  '{message~} This could not be removed again: {left}.': '{message}以下内容未能移除：{left}。',
  'slipway prune removes what was left behind, from 15 minutes after its making.':
    'slipway prune 会移除遗留的内容（创建 15 分钟之后）。',
  'The pod of the run {run} is still ending.': '运行 {run} 的 Pod 还在结束中。',
  'The run {retry} takes steps from {run} and has not ended.': '运行 {retry} 沿用 {run} 的步骤，还没有结束。',
  'Wait for it, or cancel it: slipway cancel {run}.': '请等待它结束，或取消它：slipway cancel {run}。',
  'The run {run} was not made by Slipway, so what it was given is not known.':
    '运行 {run} 不是由 Slipway 创建的，因此不知道它的输入。',
  'It can be seen, read and cancelled; run it again with what made it.':
    '可以查看、读取和取消它；请用创建它的工具重新运行。',
  'The inputs of {run} on the cluster lack the file {path}, which their list names.':
    '集群上 {run} 的输入缺少清单中的文件 {path}。',
  'Submit anew from the folder that has the files.': '请从存放这些文件的文件夹重新提交。',
  'The folder {folder} could not be removed from the volume: {said~}.': '无法从卷中移除文件夹 {folder}：{said}。',
  'There is another pod with the name {pod}.': '已有名为 {pod} 的 Pod。',
  '{server} does not say what time it is.': '{server} 没有给出时间。',
  'Check that no proxy takes the Date header from its answers.': '请检查是否有代理去掉了响应中的 Date 头。',
  '{server} answered with something that is no list of objects.': '{server} 的响应不是对象列表。',
  'Check that the address in the kubeconfig is that of a Kubernetes API server.':
    '请检查 kubeconfig 中的地址是否为 Kubernetes API 服务器。',
  '{run} was closed.': '{run} 已关闭。',
  'The node gave something that is not the log of the container.': '节点给出的内容不是容器的日志。',
  '{path} was opened and not read in time, or read twice.': '{path} 打开后没有及时读取，或被读取了两次。',
  'The helper in the pod gave no sensible size for {path}.': 'Pod 中的辅助程序没有给出 {path} 的合理大小。',
  'Declare {name} in pipelineSpec.workspaces and bind it in spec.workspaces.':
    '请在 pipelineSpec.workspaces 中声明 {name}，并在 spec.workspaces 中绑定它。',
  'Add name: {name} to the workspaces of the task in pipelineSpec.tasks.':
    '请在 pipelineSpec.tasks 中该任务的 workspaces 里加上 name: {name}。',
  'Add an entry with name: {name} to spec.workspaces, or mark it optional.':
    '请在 spec.workspaces 中加上 name: {name} 的一项，或将其标为可选。',
  'Add an entry with name: {name} to spec.params, or give it a default in pipelineSpec.params.':
    '请在 spec.params 中加上 name: {name} 的一项，或在 pipelineSpec.params 中给出默认值。',
  'Its tasks are: {names}. Correct pipelineTaskName, or remove the entry.':
    '它的任务有：{names}。请更正 pipelineTaskName，或移除该项。',
  'Raise timeouts.pipeline, or lower the others; with timeouts.pipeline: "0" none of them is limited.':
    '请调高 timeouts.pipeline，或调低其他时限；timeouts.pipeline: "0" 表示都不限时。',
  'Keep one of them as a workspace, and mount the others as taskSpec.volumes with volumeMounts of the steps.':
    '请保留其中一个作为工作区，其余用 taskSpec.volumes 和步骤的 volumeMounts 挂载。',
  'What the cluster has as {what} cannot be read.': '无法读取集群上的 {what}。',
  'It may come from another version of Slipway: submit anew from the folder that has the files.':
    '它可能来自 Slipway 的另一个版本：请从存放这些文件的文件夹重新提交。',
  'The folder of {run} on the volume {claim} could not be removed: {said~}.':
    '无法移除卷 {claim} 上 {run} 的文件夹：{said}。',
  'Ask somebody who may write there to remove it.': '请有写入权限的人移除它。',
};
