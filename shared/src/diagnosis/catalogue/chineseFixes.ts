/** The fixes of the catalogue in Simplified Chinese, by the English sentence. Commands alone are the same in every language. */
export const chineseFixes: Readonly<Record<string, string>> = {
  // cluster.ts
  'If it happens again, ask an administrator what ends pods in this space':
    '如果再次发生，请向管理员询问此空间中的 Pod 为何被终止',
  'Write large files to $SLIPWAY_OUTPUT instead of /tmp, or ask for more':
    '把大文件写到 $SLIPWAY_OUTPUT 而不是 /tmp，或申请更多空间',
  'Then: slipway retry {run}': '然后：slipway retry {run}',
  'End or delete something else in this space, or ask for less': '结束或删除此空间中的其他内容，或减少申请量',
  'Set stepLimits: true in the profile; Tekton’s own containers need defaults from a LimitRange':
    '在团队配置中设置 stepLimits: true；Tekton 自己的容器需要 LimitRange 提供默认值',
  'Name a user in the profile (securityContext.runAsUser), or in the image (USER 1001)':
    '在团队配置（securityContext.runAsUser）或镜像（USER 1001）中指定用户',
  'Set securityContext in the profile so that nothing runs as root':
    '在团队配置中设置 securityContext，使任何内容都不以 root 运行',
  'Change what it names: slipway rerun {run} --edit': '修改它所指出的内容：slipway rerun {run} --edit',
  'If it stays so, tell an administrator of the cluster': '如果一直如此，请告知集群管理员',
  'Name one that exists: slipway rerun {run} --edit': '改用已有的服务账户：slipway rerun {run} --edit',
  'Ask an administrator for a role that allows it': '请管理员授予允许此操作的角色',
  'Add the key, or name another one: slipway rerun {run} --edit':
    '添加这个键，或改用其他键：slipway rerun {run} --edit',
  'Create it in this space, or name another one: slipway rerun {run} --edit':
    '在此空间中创建它，或改用其他名称：slipway rerun {run} --edit',
  'Write it in lower-case letters, then :tag or @sha256: and 64 hex digits':
    '名称用小写字母书写，后接 :标签，或 @sha256: 和 64 位十六进制数字',
  'Name a pull secret that may read it (imagePullSecrets in the profile), or ask whoever owns the image':
    '指定有权读取它的拉取 Secret（团队配置中的 imagePullSecrets），或询问镜像的所有者',
  'Look at its name and tag, then: slipway rerun {run} --edit': '检查名称和标签，然后：slipway rerun {run} --edit',
  'Ask an administrator to make the registry known to the nodes': '请管理员让节点信任这个镜像仓库',
  'Try again later: slipway retry {run}': '稍后重试：slipway retry {run}',
  'If it stays so, see that the nodes can reach the registry': '如果一直如此，请确认节点能访问镜像仓库',
  'See that the name is right and the cluster may pull it': '确认名称正确，并且集群有权拉取',
  'Wait until a GPU job ends, or ask for fewer GPUs: slipway rerun {run} --edit':
    '等待某个 GPU 作业结束，或减少 GPU 数量：slipway rerun {run} --edit',
  'Ask for less, or choose a smaller instance type: slipway rerun {run} --edit':
    '减少申请量，或选择更小的实例类型：slipway rerun {run} --edit',
  'Add the toleration to the profile or the instance type': '在团队配置或实例类型中添加容忍',
  'Change nodeSelector in the profile or the instance type': '修改团队配置或实例类型中的 nodeSelector',
  'Create it, or name another one in the profile': '创建它，或在团队配置中改用其他卷声明',
  'Name a storage class that exists in the profile (kubectl get storageclass lists them)':
    '在团队配置中指定已有的存储类（kubectl get storageclass 可列出）',
  'Ask for more memory, or load less data at once: slipway rerun {run} --edit':
    '申请更多内存，或一次少载入一些数据：slipway rerun {run} --edit',
  'Raise timeouts: slipway rerun {run} --edit': '调高 timeouts：slipway rerun {run} --edit',
  // run.ts
  'Raise or remove timeouts.cell: slipway rerun {run} --edit': '调高或去掉 timeouts.cell：slipway rerun {run} --edit',
  'Or make {place} faster, then: slipway retry {run} --from {step}':
    '或让{place}更快，然后：slipway retry {run} --from {step}',
  'Raise timeouts.{step}: slipway rerun {run} --edit': '调高 timeouts.{step}：slipway rerun {run} --edit',
  'Or make it faster, then: slipway retry {run} --from {step}': '或让它更快，然后：slipway retry {run} --from {step}',
  // machine.ts
  'Free space on the disk that holds the runs; slipway runs lists what can be deleted':
    '在存放运行的磁盘上腾出空间；slipway runs 会列出可以删除的运行',
  'Then: slipway retry {run} --from {step}': '然后：slipway retry {run} --from {step}',
  'Use a smaller batch, or free what other programs hold on the GPU': '减小批量，或释放其他程序占用的显存',
  'Load less data at once, or use a smaller type (float32 needs half of float64)':
    '一次少载入一些数据，或使用更小的类型（float32 只需 float64 的一半）',
  "Set securityContext.fsGroup in the profile to the group of the image's user; where the volume knows no groups, rootPrepare":
    '把团队配置中的 securityContext.fsGroup 设为镜像用户所属的组；卷不支持组时，设置 rootPrepare',
  'Write to the folder in $SLIPWAY_OUTPUT instead, or ask the owner of {path} for access':
    '改为写入 $SLIPWAY_OUTPUT 文件夹，或请 {path} 的所有者授权',
  'Write to the folder in $SLIPWAY_OUTPUT instead, or have the rights of the file changed':
    '改为写入 $SLIPWAY_OUTPUT 文件夹，或修改文件的权限',
  'Write to the folder in $SLIPWAY_OUTPUT instead': '改为写入 $SLIPWAY_OUTPUT 文件夹',
  'Look for a compiled package that does not fit this machine or another package':
    '查找与这台机器或其他包不匹配的编译包',
  // kernel.ts
  'Load less data at once, or give it more memory: a larger size on a cluster, fewer other programs on this machine':
    '一次少载入一些数据，或增加内存：在集群上选择更大的规格，在这台机器上减少其他程序',
  'Then: slipway retry {run} --from notebook': '然后：slipway retry {run} --from notebook',
  'Add {module} to requirements.txt, then: slipway retry {run} --from prepare':
    '在 requirements.txt 中加入 {module}，然后：slipway retry {run} --from prepare',
  'Or let Slipway keep an environment, with python: managed: slipway rerun {run} --edit':
    '或用 python: managed 让 Slipway 管理环境：slipway rerun {run} --edit',
  'Choose one of these with kernel: … in: slipway rerun {run} --edit':
    '用 kernel: … 选择其中一个：slipway rerun {run} --edit',
  'Choose another with kernel: … (such as python3) in: slipway rerun {run} --edit':
    '用 kernel: … 选择其他内核（例如 python3）：slipway rerun {run} --edit',
  'In the repository: git lfs pull': '在仓库中执行：git lfs pull',
  'Then run the notebook again': '然后再次运行笔记本',
  'Resolve the conflict, for instance with: git checkout --ours or --theirs':
    '解决冲突，例如使用：git checkout --ours 或 --theirs',
  'Open {title} in an editor and look at its first lines': '用编辑器打开 {title}，查看前几行',
  'See that the notebook is there under this name, then run it again': '确认有这个名称的笔记本，然后再次运行',
  'Take the value from a cell tagged "parameters" instead of input() or getpass()':
    '从标记为“parameters”的单元格取值，不要使用 input() 或 getpass()',
  'Edit {place}, then: slipway retry {run} --from {step}': '修改{place}，然后：slipway retry {run} --from {step}',
  'Raise an error that says what is wrong instead of sys.exit(), or put the rest under a condition':
    '用说明问题的异常代替 sys.exit()，或给其余部分加上条件',
  // environment.ts
  'Loosen a version in requirements.txt': '放宽 requirements.txt 中的某个版本',
  'Then: slipway retry {run} --from prepare': '然后：slipway retry {run} --from prepare',
  'Ask for a version of {package} that fits, or choose another Python: slipway rerun {run} --edit':
    '改用合适的 {package} 版本，或选择其他 Python：slipway rerun {run} --edit',
  'Correct that line of requirements.txt': '更正 requirements.txt 中的这一行',
  'Ask for one of these versions in requirements.txt': '在 requirements.txt 中改用这些版本之一',
  'Choose a version that has a wheel for this Python, or install what its build needs (compiler, headers)':
    '选择为此 Python 提供 wheel 的版本，或安装构建所需的内容（编译器、头文件）',
  'See whether the network or a proxy is in the way; a mirror can be set with: pip config set global.index-url':
    '检查网络或代理是否有阻碍；可以这样设置镜像：pip config set global.index-url',
  'Check how the package is spelt in requirements.txt, and whether it exists for this version of Python':
    '检查 requirements.txt 中包名的拼写，以及它是否支持此 Python 版本',
  // tests.ts
  'If {module} is a package, add it to requirements.txt, then: slipway retry {run} --from prepare':
    '如果 {module} 是一个包，请加入 requirements.txt，然后：slipway retry {run} --from prepare',
  'Correct conftest.py, then: slipway retry {run} --from test':
    '更正 conftest.py，然后：slipway retry {run} --from test',
  'Add pytest-cov and pytest-html to requirements.txt, then: slipway retry {run} --from prepare':
    '在 requirements.txt 中加入 pytest-cov 和 pytest-html，然后：slipway retry {run} --from prepare',
  'Name the folder that holds them (tests in slipway.yaml, or --tests), then run the notebook again':
    '指定测试所在的文件夹（slipway.yaml 中的 tests，或 --tests），然后再次运行笔记本',
  'Correct {files}, then: slipway retry {run} --from test': '更正 {files}，然后：slipway retry {run} --from test',
  'Correct tests.marker, or mark the tests: slipway rerun {run} --edit':
    '更正 tests.marker，或给测试加上标记：slipway rerun {run} --edit',
  'Name files and functions so, or leave the tests out: slipway rerun {run} --edit':
    '按此命名文件和函数，或不运行测试：slipway rerun {run} --edit',
  'Then: slipway retry {run} --from test': '然后：slipway retry {run} --from test',
  'Look at each test: slipway artifacts open {run} testReport': '逐个查看测试：slipway artifacts open {run} testReport',
  'Correct the notebook or the tests': '更正笔记本或测试',
  // report.ts
  'Add lxml_html_clean to requirements.txt, then: slipway retry {run} --from prepare':
    '在 requirements.txt 中加入 lxml_html_clean，然后：slipway retry {run} --from prepare',
  'Update nbconvert: it has to be 7.16 or newer': '更新 nbconvert：需要 7.16 或更新的版本',
  // python.ts
  'Rename your own {parent}.py if there is one': '如果有自己的 {parent}.py，请改名',
  'Import tqdm from tqdm.auto, which does without': '改为从 tqdm.auto 导入 tqdm，它不需要该包',
  'Or add ipywidgets to requirements.txt, then: slipway retry {run} --from prepare':
    '或在 requirements.txt 中加入 ipywidgets，然后：slipway retry {run} --from prepare',
  'Add {package} to requirements.txt, then: slipway retry {run} --from prepare':
    '在 requirements.txt 中加入 {package}，然后：slipway retry {run} --from prepare',
  'If {module} is a module of your own, put it beside the notebook and see that it travels (files.include, .slipwayignore)':
    '如果 {module} 是你自己的模块，请放在笔记本旁边，并确认它会随运行上传（files.include、.slipwayignore）',
  'Look at what should have stored {key} before: a cell that was changed or left out, or another name':
    '检查之前应当存入 {key} 的地方：是否有单元格被修改或跳过，或名称不同',
  'Edit {cell}, then: slipway retry {run} --from notebook': '修改{cell}，然后：slipway retry {run} --from notebook',
  'Look at the first line of the file; if it names git-lfs: git lfs pull':
    '查看文件的第一行；如果提到 git-lfs：git lfs pull',
  'If it lies beside the notebook, see that it travels (files.include, .slipwayignore); else name it by its full path':
    '如果它在笔记本旁边，请确认它会随运行上传（files.include、.slipwayignore）；否则使用完整路径',
  'See whether the server answers from this machine, and whether a proxy has to be set':
    '检查从这台机器能否访问服务器，以及是否需要设置代理',
  // program.ts
  'Edit the program, then: slipway retry {run} --from command': '修改程序，然后：slipway retry {run} --from command',
  'Install it or name it by its full path: slipway rerun {run} --edit':
    '安装它，或使用完整路径：slipway rerun {run} --edit',
  'Make it executable (chmod +x) or name its interpreter: slipway rerun {run} --edit':
    '使它可执行（chmod +x），或指定解释器：slipway rerun {run} --edit',
  // diagnose.ts
  'Read what the step wrote: slipway logs {run} --step {step}': '查看该步骤的输出：slipway logs {run} --step {step}',
};
