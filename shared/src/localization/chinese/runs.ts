import type { Table } from '../translator.ts';

/** How runs and tasks end, what plans and submissions say: targets, runs, jobs/prepare. */
export const chineseRuns: Table = {
  // runStateMachine.ts, runService.ts, cancelRequest.ts
  cancelled: '已取消',
  'cancelled on request': '已按请求取消',
  failed: '失败',
  'the run was cancelled': '运行已取消',
  'the run reached its time limit': '运行达到时限',
  'the run was lost': '运行已丢失',
  'it left no verdict': '没有留下结果',
  // supervisorMain.ts, runEvents.ts
  'the machine shut down or ended its programs': '机器关机或结束了它的程序',
  'the supervisor failed: {why~}': '监管进程失败：{why}',
  'the process that was to drive the run never started': '负责此运行的进程没有启动',
  'the process that drove the run is gone without a word: it was killed, or the machine went down':
    '负责此运行的进程不知去向：它被强制终止，或机器关机了',
  // runEnd.ts
  '{step}: {why~}': '{step}：{why}',
  'the time limit of the run was reached': '达到运行的时限',
  'the time limit of the run was reached in {step}': '在 {step} 步骤中达到运行的时限',
  'the pod was evicted: {said~}': 'Pod 被驱逐：{said}',
  'the node refused the pod: {said~}': '节点拒绝了 Pod：{said}',
  'before the first step, {why~}': '在第一个步骤之前，{why}',
  'its pod was ended while it ran: {why~}': '运行时它的 Pod 被终止：{why}',
  'its pod was ended before the run was done: {why~}': '运行完成之前它的 Pod 被终止：{why}',
  'it was deleted, or its node went down': '它被删除，或它的节点宕机',
  'its PipelineRun was deleted before it had ended': '它的 PipelineRun 在结束之前被删除',
  // taskStates.ts
  'the run ended before it': '轮到它之前运行已结束',
  'ignored: {why~}': '已忽略：{why}',
  'the pipeline went on without it: {why~}': '流水线没有等它，继续运行：{why}',
  '{failed#} of {total#} failed: {why~}': '{total} 个中 {failed} 个失败：{why}',
  '{failed#} of {total#} failed': '{total} 个中 {failed} 个失败',
  'its condition was not met': '不满足它的条件',
  'its matrix is empty': '它的矩阵为空',
  'a task before it was skipped': '它之前的任务被跳过',
  'a result that it reads is missing': '缺少它要读取的结果',
  'the run was stopping': '运行正在停止',
  'the run was stopped': '运行已停止',
  'the time limit of its tasks was reached': '达到任务的时限',
  'the time limit of the last tasks was reached': '达到最后任务的时限',
  skipped: '已跳过',
  // progress of submissions
  'checking the job': '正在检查作业',
  'reading {number#} of {total#} files': '正在读取文件 {number}/{total}',
  'starting the run': '正在启动运行',
  'asking the cluster whether it takes the run': '正在询问集群是否接受此运行',
  'sharing the step scripts': '正在分发步骤脚本',
  'sending the inputs': '正在发送输入',
  'asking for a volume': '正在申请卷',
  'starting the upload': '正在开始上传',
  'uploading {done} of {total}': '正在上传 {done} / {total}',
  'the upload pod ended: starting another one': '上传 Pod 已结束：正在启动另一个',
  'the connection broke off: going on where it was': '连接断开：正从断点继续',
  'waiting for {what~}: {why~}': '正在等待{what}：{why}',
  'the pod that takes the upload': '接收上传的 Pod',
  'it is being deleted': '正在被删除',
  'it ended': '已结束',
  'no node has been found for it': '还没有为它找到节点',
  'its image is being pulled or its volume attached': '正在拉取镜像或挂载卷',
  'somebody deleted it': '有人删除了它',
  // choosePython.ts, describeCluster.ts
  'as chosen': '按指定',
  'managed environment, as chosen': '按指定使用托管环境',
  'managed environment, for no Jupyter kernel {kernel} was found on this machine':
    '托管环境，因为这台机器上没有 Jupyter 内核 {kernel}',
  'managed environment for the tools, kernel {kernel} ({name}) of {place}':
    '工具用托管环境，内核 {kernel}（{name}）来自 {place}',
  'kernel {kernel} of {place}': '{place} 的内核 {kernel}',
  'Python of {place}': '{place} 的 Python',
  'python3 on PATH': 'PATH 中的 python3',
  'PVC {claim}, folder {folder}; it stays': 'PVC {claim}，文件夹 {folder}；会保留',
  'PVC {claim}; it stays': 'PVC {claim}；会保留',
  'a new PVC of {size}, removed with the run': '新建 {size} 的 PVC，随运行一起删除',
  'in a ConfigMap': '放在 ConfigMap 中',
  '{size} streamed to the volume, the rest in a ConfigMap': '{size} 传到卷上，其余放在 ConfigMap 中',
  // warnings of plans
  '{field} is ignored on this machine.': '在这台机器上忽略 {field}。',
  'python is ignored on a cluster: the image brings its own.': '在集群上忽略 python：镜像自带 Python。',
  'Parameters are for notebooks: the command gets none.': '参数只用于笔记本：命令不会得到参数。',
  'No cell is tagged "parameters": values are injected before the first cell.':
    '没有标记为 "parameters" 的单元格：参数值会插入到第一个单元格之前。',
  'The cell tagged "parameters" could not be read: values are passed on unchecked.':
    '无法解析标记为 "parameters" 的单元格：参数值不经检查直接传递。',
  'Cell {number#} calls {name}(), which fails in a run: take the value from a cell tagged "parameters".':
    '第 {number} 个单元格调用了 {name}()，在运行中会失败：请从标记为 "parameters" 的单元格取值。',
  'The tests folder {path} has no test_*.py or *_test.py file.':
    '测试文件夹 {path} 中没有 test_*.py 或 *_test.py 文件。',
  'files.include: {glob} matches no file.': 'files.include：{glob} 没有匹配任何文件。',
  '{path} is {size}, which takes time to copy.': '{path} 有 {size}，复制需要时间。',
  'Add it to .slipwayignore if the job does not need it.': '如果作业不需要它，请把它写入 .slipwayignore。',
  '{count#} files with {size} travel with the job. List what it does not need in .slipwayignore.':
    '{count} 个文件共 {size} 随作业一起传送。请把不需要的写入 .slipwayignore。',
  'its name could lead elsewhere': '它的名称可能指向别处',
  'links outside the folder': '指向文件夹之外的链接',
  'not a regular file': '不是普通文件',
};
