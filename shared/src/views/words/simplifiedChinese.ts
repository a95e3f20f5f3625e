import type { Words } from './english.ts';
import { simplifiedChinesePanels } from './simplifiedChinesePanels.ts';
import { simplifiedChineseSignIn } from './simplifiedChineseSignIn.ts';

export const simplifiedChinese: Words = {
  language: 'zh-cn',
  product: 'Slipway',
  runOnCluster: '在 GPU 集群上运行',
  states: {
    submitting: '提交中',
    queued: '排队中',
    staging: '准备数据',
    running: '运行中',
    succeeded: '通过',
    failed: '失败',
    cancelled: '已取消',
    timedOut: '超时',
    lost: '失去联系',
  },
  stepStates: {
    pending: '未开始',
    running: '运行中',
    succeeded: '通过',
    failed: '失败',
    skipped: '已跳过',
    reused: '已复用',
    cancelled: '已取消',
  },
  cancelling: '正在取消…',
  cell: (number, total) => `单元格 ${number}/${total}`,
  queuePosition: (before) => (before === 0 ? '下一个运行' : `前面还有 ${before} 个`),
  today: '今天',
  yesterday: '昨天',
  older: '更早',
  runCount: (count) => `${count} 个运行`,
  activeRuns: (count) => `${count} 个运行进行中`,
  ofClient: {
    'The core closed the connection.': '核心程序关闭了连接。',
    'The connection to the core failed.': '与核心程序的连接失败。',
    'The core cannot be reached.': '无法连接核心程序。',
    'A message of the core cannot be read: {}.': '无法读取核心程序的消息：{}。',
    'The host failed to answer {}.': '宿主程序未能响应 {}。',
  },
  inStep: (step) => `步骤 ${step}`,
  panels: simplifiedChinesePanels,
  signIn: simplifiedChineseSignIn,
};
