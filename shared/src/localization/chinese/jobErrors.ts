import type { Table } from '../translator.ts';

/** What is wrong with a job, its notebook or its files: jobs, pipeline/manifest. */
export const chineseJobErrors: Table = {
  // jobs/notebook
  '{file} is not a notebook: {what~}.': '{file} 不是笔记本：{what}。',
  'it is empty': '它是空的',
  'it is a Git LFS pointer, not the notebook itself': '它是 Git LFS 指针，不是笔记本本身',
  'it contains Git conflict markers': '它含有 Git 冲突标记',
  'it is an HTML page': '它是 HTML 页面',
  'it is XML or another markup': '它是 XML 或其他标记语言',
  'it is a binary file': '它是二进制文件',
  'it is a Python script': '它是 Python 脚本',
  'it is not valid JSON at line {line#}, column {column#}': '第 {line} 行第 {column} 列不是有效的 JSON',
  '{file} ends in the middle of the notebook (line {line#}, column {column#}): the file was cut short.':
    '{file} 不完整（止于第 {line} 行第 {column} 列）：文件被截断。',
  'Open it in Jupyter or VS Code, add a code cell and save it.':
    '请在 Jupyter 或 VS Code 中打开它，添加代码单元格并保存。',
  'Fetch the file with: git lfs pull': '请用 git lfs pull 取得文件',
  'Resolve the merge first, for example with nbdime (nbdime mergetool), or take one side whole.':
    '请先解决合并冲突，例如用 nbdime（nbdime mergetool），或整体采用其中一方。',
  'Download the notebook itself (the "raw" file), not the page that shows it.':
    '请下载笔记本本身（“raw”文件），而不是显示它的页面。',
  'Give the path of a Jupyter notebook (.ipynb).': '请给出 Jupyter 笔记本（.ipynb）的路径。',
  'Run a script as a command instead: slipway run -- python FILE.py':
    '请把脚本作为命令运行：slipway run -- python FILE.py',
  'Save the notebook again, or restore it from version control or from .ipynb_checkpoints.':
    '请重新保存笔记本，或从版本控制或 .ipynb_checkpoints 恢复它。',
  '{file} is JSON, but not a notebook: {why}.': '{file} 是 JSON，但不是笔记本：{why}。',
  'Cell {number#} of {file} is broken: {why}.': '{file} 的第 {number} 个单元格已损坏：{why}。',
  'Open the notebook in Jupyter, remove or rewrite that cell, and save it.':
    '请在 Jupyter 中打开笔记本，移除或重写该单元格，然后保存。',
  '{file} is in notebook format {version}, which papermill cannot run: format 4 is needed.':
    '{file} 的笔记本格式是 {version}，papermill 无法运行：需要格式 4。',
  'Convert it with: jupyter nbconvert --to notebook --nbformat 4 --inplace NOTEBOOK.ipynb':
    '请转换它：jupyter nbconvert --to notebook --nbformat 4 --inplace NOTEBOOK.ipynb',
  '{file} is in notebook format {version}, which is newer than the format 4 that Slipway knows.':
    '{file} 的笔记本格式是 {version}，比 Slipway 支持的格式 4 更新。',
  'Save it as notebook format 4, or install a newer Slipway.': '请保存为笔记本格式 4，或安装更新的 Slipway。',
  '{file} has {what~}, so there is nothing to run.': '{file} {what}，因此没有可运行的内容。',
  'no cells': '没有单元格',
  'no code cells': '没有代码单元格',
  'Add a code cell to the notebook.': '请在笔记本中添加代码单元格。',
  '{file} is a script, not a notebook.': '{file} 是脚本，不是笔记本。',
  'Run it as a command: slipway run -- {command} (in slipway.yaml: command instead of notebook).':
    '请作为命令运行：slipway run -- {command}（在 slipway.yaml 中用 command 代替 notebook）。',
  'The notebook {path} {why~}.': '笔记本 {path} {why}。',
  'does not exist in {folder}': '在 {folder} 中不存在',
  'does not exist': '不存在',
  'is a link that leaves the job folder': '是指向作业文件夹之外的链接',
  'is a file': '是文件',
  'is not a file': '不是文件',
  'is not a folder': '不是文件夹',
  'is not a file in the job folder': '不是作业文件夹中的文件',
  'is larger than {size}': '超过 {size}',
  'is not UTF-8 text': '不是 UTF-8 文本',
  'Check the path: it is relative to the job folder.': '请检查路径：它相对于作业文件夹。',
  'Copy the notebook into the folder.': '请把笔记本复制到该文件夹中。',
  'Clear its outputs in Jupyter, save it, and try again.': '请在 Jupyter 中清除输出，保存后重试。',
  'Save it again in Jupyter, which writes UTF-8.': '请在 Jupyter 中重新保存（会写为 UTF-8）。',
  // jobs/companions
  '{path} cannot be used: it is {why~}.': '无法使用 {path}：{why}。',
  'larger than {size}': '超过 {size}',
  'not UTF-8 text': '不是 UTF-8 文本',
  'Write one pattern a line, as in a .gitignore file.': '请每行写一个模式，与 .gitignore 相同。',
  'The folder {path} holds more than {count#} entries that would have to be looked at.':
    '文件夹 {path} 中需要查看的条目超过 {count} 个。',
  'The folder {path} is nested more than {depth#} folders deep.': '文件夹 {path} 的嵌套超过 {depth} 层。',
  'The folder {path} holds more than {count#} files that would travel with the job.':
    '文件夹 {path} 中随作业传送的文件超过 {count} 个。',
  'The folder {path} holds more than {size} that would travel with the job.':
    '文件夹 {path} 中随作业传送的内容超过 {size}。',
  'Most of it so far is in {folder}.': '其中大部分在 {folder}。',
  'List what the notebook does not need in a .slipwayignore file there (a line "data/" leaves that folder out), name what it needs in files.include, or move the notebook to a folder of its own.':
    '请在其中的 .slipwayignore 文件里列出笔记本不需要的内容（写一行 "data/" 即可排除该文件夹），在 files.include 中写明需要的内容，或把笔记本移到单独的文件夹。',
  'files.include names {path}, but {why~}.': 'files.include 写了 {path}，但{why}。',
  'it is a link that leaves the folder': '它是指向文件夹之外的链接',
  'it is not a regular file': '它不是普通文件',
  'Copy what is needed into the folder, or remove it from files.include.':
    '请把需要的内容复制到文件夹中，或从 files.include 中移除。',
  // jobs/parameters
  'The notebook has no parameter {name}.': '笔记本没有参数 {name}。',
  'Did you mean {names,}?': '你是否想写 {names}？',
  'Its parameters are: {names}.': '它的参数有：{names}。',
  '{name} cannot be the name of a parameter.': '{name} 不能作为参数名。',
  'Use letters, digits and underscores, not starting with a digit.': '请使用字母、数字和下划线，且不以数字开头。',
  'Parameter {name} expects {type~}, but was given {given} ({why~}).':
    '参数 {name} 应为{type}，却得到 {given}（{why}）。',
  'Parameter {name} expects {type~}, but was given {given}.': '参数 {name} 应为{type}，却得到 {given}。',
  'Give {type~}, like its default {value}.': '请给出{type}，例如它的默认值 {value}。',
  'Give {type~}.': '请给出{type}。',
  'a whole number (int)': '整数（int）',
  'a number (float)': '数字（float）',
  'true or false (bool)': 'true 或 false（bool）',
  'text (str)': '文本（str）',
  'a list': '列表',
  'a mapping (dict)': '字典（dict）',
  'a value': '值',
  'put it in quotes to pass it as text': '加上引号可作为文本传递',
  'it cannot be passed on exactly': '无法精确传递',
  '{name} was given {given}, a number that cannot be passed on exactly.': '{name} 得到 {given}，这个数字无法精确传递。',
  'Quote it to pass it as text: {text}.': '请加引号作为文本传递：{text}。',
  // jobs/paths.ts, jobs/duration.ts, jobs/prepare
  '{field}: {path} is refused because {why~}.': '{field}：不接受 {path}，因为{why}。',
  'it is longer than {count#} characters': '它超过 {count} 个字符',
  'it contains a null character': '它含有空字符',
  'it is a URL': '它是 URL',
  'it starts with a drive letter': '它以盘符开头',
  'it is absolute': '它是绝对路径',
  'it starts in a home folder': '它从主文件夹开始',
  'it leaves the folder with ".."': '它用 ".." 离开了文件夹',
  'Give a path relative to the job folder, with forward slashes, to something inside it.':
    '请给出相对于作业文件夹的路径，使用正斜杠，指向其中的内容。',
  '{value} is not a time limit.': '{value} 不是时限。',
  'Give seconds as a number above zero, or text such as 90m or 1h30m.': '请给出大于零的秒数，或如 90m、1h30m 的文本。',
  'The dataset needs either a url or a path.': '数据集需要 url 或 path 之一。',
  'Give dataset.url to download it, or dataset.path for a file on a dataset volume.':
    '请用 dataset.url 下载，或用 dataset.path 指定数据集卷上的文件。',
  'dataset.{field} is not for this dataset.': 'dataset.{field} 不适用于此数据集。',
  'secret and endpoint are for addresses that begin with s3:// or hf://, region and addressing for s3://.':
    'secret 和 endpoint 用于以 s3:// 或 hf:// 开头的地址，region 和 addressing 用于 s3://。',
  'dataset.url is not an address that can be downloaded from.': 'dataset.url 不是可下载的地址。',
  'Give an address that begins with https://, http://, s3:// or hf://.':
    '请给出以 https://、http://、s3:// 或 hf:// 开头的地址。',
  'dataset.url is not the address of {what~}.': 'dataset.url 不是{what}的地址。',
  'an object or a prefix of a bucket': '存储桶中对象或前缀',
  'a repository of the Hugging Face Hub': ' Hugging Face Hub 仓库',
  'Give an address such as {example}.': '请给出如 {example} 的地址。',
  'dataset.sha256 and dataset.bytes are of one file, not of a prefix.':
    'dataset.sha256 和 dataset.bytes 用于单个文件，不用于前缀。',
  'Leave them out: objects are checked by their size and MD5.': '请去掉它们：对象按大小和 MD5 检查。',
  '{field} is not the address of a git repository.': '{field} 不是 git 仓库的地址。',
  'The revision {revision} is not one that git could have.': '{revision} 不是 git 可能有的版本。',
  'Give a branch, a tag or a commit.': '请给出分支、标签或提交。',
  'The requirements file {path} {why~}.': '依赖文件 {path} {why}。',
  'Name a pip requirements file relative to the job folder, or remove requirements from the job.':
    '请给出相对于作业文件夹的 pip 依赖文件，或从作业中去掉 requirements。',
  'The tests folder {path} {why~}.': '测试文件夹 {path} {why}。',
  'Name the folder with the pytest suite, relative to the job folder, or set tests to false.':
    '请给出 pytest 测试所在的文件夹（相对于作业文件夹），或把 tests 设为 false。',
  'Correct the job spec; slipway spec validate shows where it is wrong.':
    '请更正作业规格；slipway spec validate 会指出错误所在。',
  '{field} holds a user name or password.': '{field} 含有用户名或密码。',
  'Take it out of the address and name a Kubernetes Secret instead ({field}).':
    '请从地址中去掉它，改为指定 Kubernetes Secret（{field}）。',
  // pipeline/manifest
  '{field}: {amount} is not a quantity.': '{field}：{amount} 不是有效的数量。',
  'Write a number and a unit without a space, such as 500m, 16 or 32Gi.':
    '请写数字和单位，中间不留空格，例如 500m、16 或 32Gi。',
  '{field}: {amount} is less than one mebibyte.': '{field}：{amount} 小于 1 MiB。',
  'Say which unit is meant, such as {one} or {other}.': '请写明单位，例如 {one} 或 {other}。',
  '{field}: {amount} is not a number of CPU cores.': '{field}：{amount} 不是 CPU 核数。',
  'Write cores as 4 or 0.5, or thousandths of a core as 500m.': '核数请写作 4 或 0.5，千分之几核写作 500m。',
  'The image {image} cannot be pulled: {why}.': '无法拉取镜像 {image}：{why}。',
  'The instance type {name} asks for {count#} nodes.': '实例类型 {name} 需要 {count} 个节点。',
  'A run uses one node: write 1x, or leave that part out.': '一个运行只用一个节点：请写 1x，或省略该部分。',
  'The instance type {name} is not known.': '未知的实例类型 {name}。',
  '{list} Or spell the size out, as in cpu-4c-8g or gpu-1x-16c-32g-1gpu.':
    '{list} 也可以直接写出大小，例如 cpu-4c-8g 或 gpu-1x-16c-32g-1gpu。',
  '{what} cannot be the name of a run.': '{what} 不能作为运行的名称。',
  'The variable {name} in secrets {why}.': 'secrets 中的变量 {name} {why}。',
  'Give each Secret a variable of its own, with another name.': '请为每个 Secret 指定各自不同的变量名。',
  '{field}: {name} is not a name that a Kubernetes object can have.':
    '{field}：{name} 不能作为 Kubernetes 对象的名称。',
  'Names have lower-case letters, digits, "-" and ".", with a letter or digit at both ends.':
    '名称由小写字母、数字、"-" 和 "." 组成，首尾是字母或数字。',
  '{field}: {value} cannot be passed on as it is.': '{field}：{value} 无法原样传递。',
  'Write it out in one line, without $(…), which Kubernetes would expand.':
    '请写在一行内，不要用 $(…)，Kubernetes 会展开它。',
  '{field}, {resource}: {amount} is not a whole number.': '{field}，{resource}：{amount} 不是整数。',
  'Kubernetes counts devices in whole numbers.': 'Kubernetes 以整数计算设备。',
  '{field} names {resource} twice: as gpus and in resources.':
    '{field} 两次写了 {resource}：gpus 和 resources 中各一次。',
  'Keep gpus.': '请保留 gpus。',
  '{field}: {toleration} contradicts itself.': '{field}：{toleration} 自相矛盾。',
  'Exists takes no value; without a key only Exists is possible.': 'Exists 不带 value；没有 key 时只能用 Exists。',
  '{field}: tolerationSeconds is for the effect NoExecute only.': '{field}：tolerationSeconds 只用于 NoExecute。',
  'Leave tolerationSeconds out, or set effect: NoExecute.': '请去掉 tolerationSeconds，或设置 effect: NoExecute。',
  'The ConfigMap {name} would hold {bytes} bytes, more than it can.': 'ConfigMap {name} 将有 {bytes} 字节，超出上限。',
  '{field}: {key} is not a key that a Secret can have.': '{field}：{key} 不能作为 Secret 的键。',
  'Keys have letters, digits, "-", "_" and ".".': '键由字母、数字、"-"、"_" 和 "." 组成。',
  '{field}: {key} is not the key of a label or taint.': '{field}：{key} 不是标签或污点的键。',
  'A key looks like accelerator or nvidia.com/gpu.product.': '键形如 accelerator 或 nvidia.com/gpu.product。',
  '{field}: {value} is not the value of a label or taint.': '{field}：{value} 不是标签或污点的值。',
  'Values have letters, digits, "-", "_" and ".", at most 63 characters.':
    '值由字母、数字、"-"、"_" 和 "." 组成，最多 63 个字符。',
  '{field}: {name} is not a resource of its own.': '{field}：{name} 不是单独的资源。',
  'Give {name} as a field of the instance type.': '请把 {name} 作为实例类型的字段给出。',
  'A resource looks like nvidia.com/gpu.': '资源形如 nvidia.com/gpu。',
  'The input {path} is not {bytes#} bytes long, as was planned.': '输入 {path} 的长度不是计划的 {bytes} 字节。',
  'The team profile asks for uid 0, which PodSecurity "restricted" refuses.':
    '团队配置要求 uid 0，而 PodSecurity "restricted" 不允许。',
  'Set securityContext.runAsUser to the uid of the image’s user, or restricted: false.':
    '请把 securityContext.runAsUser 设为镜像用户的 uid，或设置 restricted: false。',
  'The team profile has rootPrepare, and PodSecurity "restricted" refuses a step that runs as root.':
    '团队配置中有 rootPrepare，而 PodSecurity "restricted" 不允许以 root 运行的步骤。',
  'Set restricted: false, or leave rootPrepare out and set securityContext.fsGroup.':
    '请设置 restricted: false，或去掉 rootPrepare 并设置 securityContext.fsGroup。',
  'The team profile has rootPrepare, but does not say who gets the folder.':
    '团队配置中有 rootPrepare，但没有说明文件夹归谁。',
  'Set securityContext.runAsUser to the uid of the image’s user.':
    '请把 securityContext.runAsUser 设为镜像用户的 uid。',
  'securityContext.{name} of the team profile, {id}, is too large.': '团队配置的 securityContext.{name}（{id}）太大。',
  'Give a number up to {limit#}.': '请给出不超过 {limit} 的数字。',
  'Two files of {prefix} have the same key.': '{prefix} 的两个文件的键相同。',
  'The file {path} cannot be a key of a ConfigMap.': '文件 {path} 不能作为 ConfigMap 的键。',
  '{field} of the team profile: {value} is not one address.': '团队配置的 {field}：{value} 不是单个地址。',
  'Write each address as an entry of its own, without blanks and commas.':
    '请把每个地址写成单独的一项，不含空格和逗号。',
  'The mirror at {host} has a user name or password in its address.': '镜像源 {host} 的地址中有用户名或密码。',
  'Take it out: addresses of mirrors stand in manifests. Put credentials into a pip.conf or .netrc in the image.':
    '请去掉它：镜像源的地址会写在清单中。请把凭据放进镜像中的 pip.conf 或 .netrc。',
  'Write the name out: Tekton would expand $(…).': '请写出名称：Tekton 会展开 $(…)。',
  'Leave that out: {name}.': '请去掉该部分：{name}。',
  'Keep one of them: {name} is exact.': '请只保留其一：{name} 是精确的。',
  'A tag has letters, digits, "_", "." and "-", at most 128.': '标签由字母、数字、"_"、"." 和 "-" 组成，最多 128 个。',
  'Copy the digest whole, or use a tag.': '请完整复制摘要，或使用标签。',
  'Parts have lower-case letters and digits, with ".", "_" or "-" between them.':
    '各部分由小写字母和数字组成，中间可用 "."、"_" 或 "-"。',
  'Use lower-case letters, digits and "-", at most {limit#} characters, with a letter or digit at both ends.':
    '请使用小写字母、数字和 "-"，最多 {limit} 个字符，首尾是字母或数字。',
  'Write {name}.': '请写 {name}。',
  'The job itself takes {size}, and a cluster takes {limit}.': '作业本身有 {size}，而集群最多接受 {limit}。',
  'Put large parameters into a file beside the notebook, and pass its name.':
    '请把大的参数放进笔记本旁边的文件，并传递文件名。',
  '{count#} files are more than can be listed for a cluster.': '{count} 个文件超过了集群可列出的数量。',
  'Pack them into one archive, or leave out what the notebook does not need (.slipwayignore).':
    '请打包成一个归档，或排除笔记本不需要的内容（.slipwayignore）。',
};
