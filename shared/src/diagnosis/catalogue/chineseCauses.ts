/** The causes of the catalogue in Simplified Chinese, by the English sentence. */
export const chineseCauses: Readonly<Record<string, string>> = {
  // cluster.ts
  'The image {image} is no valid image name': '{image} 不是有效的镜像名称',
  'The name of the image is not valid': '镜像名称无效',
  'The registry did not give the image {image} out: it wants other credentials':
    '镜像仓库拒绝提供镜像 {image}：需要其他凭据',
  'The registry did not give the image out': '镜像仓库拒绝提供镜像',
  'The registry has no image {image}': '镜像仓库中没有镜像 {image}',
  'The registry does not have the image': '镜像仓库中没有这个镜像',
  'The node does not trust the certificate of the registry of {image}': '节点不信任 {image} 所在镜像仓库的证书',
  "The node does not trust the registry's certificate": '节点不信任镜像仓库的证书',
  'The registry of the image {image} did not answer': '镜像 {image} 所在的仓库没有响应',
  'The registry of the image did not answer': '镜像仓库没有响应',
  'The image {image} could not be pulled': '无法拉取镜像 {image}',
  'The image could not be pulled': '无法拉取镜像',
  'No node had the GPUs ({resource}) that the run asks for': '没有节点能提供运行所需的 GPU（{resource}）',
  'No node had as much {resource} as the run asks for': '没有节点能提供运行所需的 {resource}',
  'No node takes the run: its pod does not tolerate the taint {taint}':
    '没有节点接受此运行：它的 Pod 不容忍污点 {taint}',
  'No node takes the run: its pod does not tolerate the taint {old}': '没有节点接受此运行：它的 Pod 不容忍污点 {old}',
  'No node takes the run: its pod does not tolerate their taints': '没有节点接受此运行：它的 Pod 不容忍节点上的污点',
  'No node has the labels that the run asks for': '没有节点带有运行所要求的标签',
  'The volume claim {claim} is not there': '卷声明 {claim} 不存在',
  'The volume claim of the run got no volume: there is no storage class {missingClass}':
    '运行的卷声明没有分配到卷：存储类 {missingClass} 不存在',
  'The volume claim of the run got no volume': '运行的卷声明没有分配到卷',
  'The quota {quota} of the space is used up: {used} of {hard}, and the run asks for {requested}':
    '空间的配额 {quota} 已用尽：已用 {used}，上限 {hard}，而运行需要 {requested}',
  'The quota {quota} wants {what} on every container, and not all have it':
    '配额 {quota} 要求每个容器都设置 {what}，但有的容器没有',
  'The security level {level} of the space refuses the pod: {rule}': '空间的安全级别 {level} 拒绝了这个 Pod：{rule}',
  'The cluster’s rule {webhook} refuses the run: {said}': '集群的规则 {webhook} 拒绝了此运行：{said}',
  'The cluster’s rule {policy} refuses the run: {said}': '集群的规则 {policy} 拒绝了此运行：{said}',
  'The admission webhook {webhook} did not answer': '准入 Webhook {webhook} 没有响应',
  'The service account {account} is not there': '服务账户 {account} 不存在',
  '{user} may not {verb} {resource} in this space': '{user} 在此空间中无权对 {resource} 执行 {verb}',
  '{kind} "{name}" has no key "{key}"': '{kind}“{name}”中没有键“{key}”',
  'The {kind} "{name}", which the run needs, is not there': '运行所需的 {kind}“{name}”不存在',
  'The user {user} of the image has no number, so that nobody can tell that it is not root':
    '镜像的用户 {user} 没有数字 ID，无法确定它不是 root',
  'The image runs as root, which the security context of the run forbids': '镜像以 root 运行，而运行的安全上下文不允许',
  'The run was lost in step {step}: its PipelineRun was deleted before it had ended':
    '运行在 {step} 步骤中丢失：它的 PipelineRun 在结束之前被删除',
  'The run was lost: its PipelineRun was deleted before it had ended': '运行已丢失：它的 PipelineRun 在结束之前被删除',
  'The pod of the run was ended in step {step}: {said}': '运行的 Pod 在 {step} 步骤中被终止：{said}',
  'The pod of the run was ended: {said}': '运行的 Pod 被终止：{said}',
  'The node put the pod out: {said}': '节点驱逐了 Pod：{said}',
  'Step {killed} used more than its {limit} of memory and was killed':
    '{killed} 步骤使用的内存超过上限 {limit}，被终止',
  'Step {killed} was killed, most often because it used more than its {limit} of memory':
    '{killed} 步骤被强制终止，多半是因为使用的内存超过上限 {limit}',
  'Step {killed} ran out of memory and was killed': '{killed} 步骤内存不足，被终止',
  'The time limit of the run, {limit}, was reached in step {step}': '在 {step} 步骤中达到了运行的时限 {limit}',
  'The time limit of the run, {limit}, was reached': '达到了运行的时限 {limit}',
  // run.ts
  'The run was lost in step {step}: the process that drove it ended without a verdict, as after a restart of the machine':
    '运行在 {step} 步骤中丢失：管理它的进程没有给出结果就结束了，例如机器重启之后',
  'The run was lost: the process that drove it ended without a verdict, as after a restart of the machine':
    '运行已丢失：管理它的进程没有给出结果就结束了，例如机器重启之后',
  'The time limit for one cell, {limit}, was reached in {place}': '{place}达到了单个单元格的时限 {limit}',
  'The time limit for one cell was reached in {place}': '{place}达到了单个单元格的时限',
  'The time limit for one cell, {limit}, was reached by {where}': '{where} 达到了单个单元格的时限 {limit}',
  'The time limit of step {step}, {limit}, was reached in {cell}': '{step} 步骤在{cell}达到了时限 {limit}',
  'The time limit of step {step}, {limit}, was reached': '{step} 步骤达到了时限 {limit}',
  'The time limit of step {step} was reached in {cell}': '{step} 步骤在{cell}达到了时限',
  'The time limit of step {step} was reached': '{step} 步骤达到了时限',
  'The time limit of the run was reached': '运行达到了时限',
  // machine.ts
  'The disk is full, or its quota is used up: {place} could not write': '磁盘已满或配额已用尽：{place}无法写入',
  'The memory of the GPU ran out in {place}': '{place}耗尽了 GPU 显存',
  'Memory ran out in {place}: {what}': '{place}内存不足：{what}',
  'Memory ran out in {place}': '{place}内存不足',
  "The run's volume may not be written by the user that its steps run as": '运行各步骤所用的用户无权写入运行的卷',
  '{place} may not read or write {path}: permission denied': '{place}无权读写 {path}：权限不足',
  '{place} may not read or write a file: permission denied': '{place}无权读写某个文件：权限不足',
  'A program in step {step} may not read or write a file: permission denied':
    '{step} 步骤中的程序无权读写某个文件：权限不足',
  '{place} writes to {path}, which is read-only': '{place}写入 {path}，而它是只读的',
  '{place} writes to a file system that is read-only': '{place}写入了只读的文件系统',
  'Step {step} was killed (exit code 137), most often because the machine ran out of memory':
    '{step} 步骤被强制终止（退出码 137），多半是因为机器内存不足',
  'Step {step} crashed in compiled code (exit code {exitCode})': '{step} 步骤在编译后的代码中崩溃（退出码 {exitCode}）',
  // kernel.ts
  'The kernel died while {cell} ran, most often because the machine ran out of memory, else because compiled code crashed':
    '内核在{cell}运行时终止，多半是因为机器内存不足，否则是编译后的代码崩溃',
  'The kernel died, most often because the machine ran out of memory, else because compiled code crashed':
    '内核已终止，多半是因为机器内存不足，否则是编译后的代码崩溃',
  'The kernel could not start: its Python has no {module}': '内核无法启动：它的 Python 中没有 {module}',
  'The kernel ended before it could be used': '内核还没有就绪就结束了',
  'The notebook asks for the kernel {kernel}, which is not there; the kernels that exist: {kernels}':
    '笔记本需要的内核 {kernel} 不存在；现有的内核：{kernels}',
  'The notebook asks for the kernel {kernel}, which is not there': '笔记本需要的内核 {kernel} 不存在',
  'The notebook file is a git LFS pointer: its content has not been fetched':
    '笔记本文件是 git LFS 指针：还没有取得它的内容',
  'The notebook file has the marks of a git merge conflict in it': '笔记本文件中有 git 合并冲突的标记',
  'The notebook file is not JSON, so it is no notebook': '笔记本文件不是 JSON，因此不是笔记本',
  "The notebook {path} is not in the run's folder": '运行的文件夹中没有笔记本 {path}',
  '{cell} asks for input, and nobody can answer in a run': '{cell}要求输入，而运行中没有人能回答',
  'The notebook asks for input, and nobody can answer in a run': '笔记本要求输入，而运行中没有人能回答',
  '{place} ended the notebook with SystemExit {code}; the cells after it did not run':
    '{place}以 SystemExit {code} 结束了笔记本；之后的单元格没有运行',
  '{place} ended the notebook with SystemExit; the cells after it did not run':
    '{place}以 SystemExit 结束了笔记本；之后的单元格没有运行',
  // environment.ts
  'The requirements contradict each other: {one}, and {two}': '依赖要求互相矛盾：{one}，以及 {two}',
  'The requirements contradict each other': '依赖要求互相矛盾',
  '{package} needs Python {want}, and this run has {have}': '{package} 需要 Python {want}，而此运行的是 {have}',
  'pip does not understand the requirement {line}': 'pip 无法理解依赖要求 {line}',
  'No version of a package fits {requirement}; the versions that exist: {versions}':
    '没有符合 {requirement} 的版本；现有的版本：{versions}',
  'The package {package} could not be built from its source: {last}': '无法从源码构建包 {package}：{last}',
  'The package {package} could not be built from its source': '无法从源码构建包 {package}',
  'A package could not be built from its source: {last}': '有一个包无法从源码构建：{last}',
  'A package could not be built from its source': '有一个包无法从源码构建',
  'pip could not reach the package index {index}': 'pip 无法访问软件包索引 {index}',
  'pip could not reach the package index': 'pip 无法访问软件包索引',
  'pip could not reach the package index ({index})': 'pip 无法访问软件包索引（{index}）',
  'The package index has nothing that fits {requirement}': '软件包索引中没有符合 {requirement} 的包',
  'The Python environment that this run was prepared with is not there any more':
    '此运行准备时使用的 Python 环境已不存在',
  'The Python of this run has no {module}': '此运行的 Python 中没有 {module}',
  // tests.ts
  'The tests could not be collected, because their conftest.py failed: {what}':
    '无法收集测试，因为 conftest.py 出错：{what}',
  'The tests could not be collected, because their conftest.py failed': '无法收集测试，因为 conftest.py 出错',
  'pytest does not know the options {arguments}; the plugins pytest-cov and pytest-html may be missing':
    'pytest 不认识选项 {arguments}；可能缺少插件 pytest-cov 和 pytest-html',
  'The tests are not where they should be: {path}': '测试不在应在的位置：{path}',
  "The tests in {path} are not among the run's files": '{path} 中的测试不在运行的文件里',
  'The tests could not be collected ({files}): {what}': '无法收集测试（{files}）：{what}',
  'The tests could not be collected: {files}': '无法收集测试：{files}',
  'The tests could not be collected': '无法收集测试',
  'No test was collected: none of {deselected} has the marker that was asked for':
    '没有收集到测试：{deselected} 个测试都没有所要求的标记',
  'No test was collected: pytest looks for functions test_… in files test_….py':
    '没有收集到测试：pytest 在 test_….py 文件中查找 test_… 函数',
  'Tests failed ({summary}): {tests}': '测试失败（{summary}）：{tests}',
  'Tests failed ({summary})': '测试失败（{summary}）',
  // report.ts
  'There is no executed notebook to make a report of': '没有可以生成报告的已执行笔记本',
  'nbconvert needs the package lxml_html_clean, which is not installed': 'nbconvert 需要的包 lxml_html_clean 没有安装',
  'nbconvert does not find the template {template}': 'nbconvert 找不到模板 {template}',
  'nbconvert does not know the form of the report': 'nbconvert 不认识报告的格式',
  // python.ts
  '{place} imports {module}, but {parent} is a single file here: one named {parent}.py may hide the package':
    '{place}导入了 {module}，但这里的 {parent} 只是一个文件：名为 {parent}.py 的文件可能遮住了这个包',
  'The Python package {package} is not installed; {place} imports it as {importName}':
    '没有安装 Python 包 {package}；{place}以 {importName} 之名导入它',
  'The Python package {package} is not installed; {place} imports it': '没有安装 Python 包 {package}；{place}导入了它',
  'KeyError {key} in {place} — the keys that exist: {keys}': '{place}出现 KeyError {key}；现有的键：{keys}',
  'KeyError {key} in {place}': '{place}出现 KeyError {key}',
  'The file that {place} loads does not hold what it should; it looks like a git LFS pointer':
    '{place}载入的文件内容不对，看起来是 git LFS 指针',
  '{place} shows progress with tqdm.notebook, which needs the Python package ipywidgets':
    '{place}用 tqdm.notebook 显示进度，这需要 Python 包 ipywidgets',
  '{place} opens {path}, which is not there in the run': '{place}打开的 {path} 在运行中不存在',
  '{place} could not reach a server ({error}: {message})': '{place}无法访问服务器（{error}：{message}）',
  '{place} could not reach a server ({error})': '{place}无法访问服务器（{error}）',
  // program.ts
  '{error} in {cell}: {message}': '{cell}出现 {error}：{message}',
  '{error} in {cell}': '{cell}出现 {error}',
  'The command ended with {error}: {message}': '命令以 {error} 结束：{message}',
  'The command ended with {error}': '命令以 {error} 结束',
  '{program} was not found on this machine, or something that it starts':
    '这台机器上找不到 {program}，或它启动的某个程序',
  '{program} could not be started: it is not executable, or not a program of this machine':
    '无法启动 {program}：它不可执行，或不是这台机器上的程序',
  // diagnose.ts
  'Step {step} ended with exit code {exitCode}: {why}': '{step} 步骤以退出码 {exitCode} 结束：{why}',
  'Step {step} ended with exit code {exitCode}': '{step} 步骤以退出码 {exitCode} 结束',
  'Step {step} failed: {why}': '{step} 步骤失败：{why}',
  'Step {step} failed': '{step} 步骤失败',
  'The run failed: {why}': '运行失败：{why}',
  'The run failed, and no step says why': '运行失败，没有步骤说明原因',
};
