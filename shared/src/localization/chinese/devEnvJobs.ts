import type { Table } from '../translator.ts';

/** Commands that go on in DevEnvs without anybody connected: devenv/jobs. */
export const chineseDevEnvJobs: Table = {
  '{name} is stopped, and no job runs in it.': '{name} 已停止，其中没有运行的任务。',
  '{name} does not run: {why~}.': '{name} 没有运行：{why}。',
  'There is no such job in {name}.': '{name} 中没有这个任务。',
  'List its jobs: slipway devenv jobs {name}.': '列出其任务：slipway devenv jobs {name}。',
  '{name} gave an answer about its jobs that cannot be read.': '{name} 关于其任务的应答无法读取。',
  'Look whether its image is a present one, and restart it.': '请检查其镜像是否为当前版本，然后重新启动。',
  '{name} cannot start this: {why*}': '{name} 无法启动该命令：{why}',
  'Give a command and a folder that exist there.': '请指定那里存在的命令和文件夹。',
  '{name} cannot do this with a job: {why*}': '{name} 无法对任务执行此操作：{why}',
  'Look whether its workspace is full or cannot be written.': '请检查其工作区是否已满或不可写。',
};
