import type { Table } from '../translator.ts';

/** From making a DevEnv to deleting it: devenv/{keys,names,manifests,lifecycle}. */
export const chineseDevEnvLifecycle: Table = {
  // keys
  'A new SSH key could not be read back.': '新建的 SSH 密钥无法读回。',
  'Try again, and report this if it stays.': '请重试；如仍然如此，请报告此问题。',
  // names
  '{name} cannot be the name of a DevEnv.': '{name} 不能作为 DevEnv 的名称。',
  'Use a short word of lower-case letters, digits and "-": the name is made of it, {name}, and has at most {count#} characters.':
    '请使用由小写字母、数字和“-”组成的短词：名称由它构成（{name}），最多 {count} 个字符。',
  '{name} is not one of your names: they begin with {own}.': '{name} 不是您的名称：您的名称以 {own} 开头。',
  'Give a word alone, such as gpu: the DevEnv is called {name} then.':
    '请只给出一个短词，例如 gpu：DevEnv 将命名为 {name}。',
  // manifests
  'idleStop: {value} is not a time without work.': 'idleStop：{value} 不是空闲时长。',
  'Write 4h, 90m or 1h30m, at most 720h, or never.': '请写成 4h、90m 或 1h30m（最多 720h），或者 never。',
  'volumes: {claim} cannot be mounted at {path}: {why~}.': 'volumes：{claim} 无法挂载到 {path}：{why}。',
  'the path has "." or ".." in it': '路径中含有“.”或“..”',
  '{path} is taken': '{path} 已被占用',
  'another volume is mounted there': '那里已挂载了另一个卷',
  'Give it a path of its own, such as /data/atlas.': '请为它指定单独的路径，例如 /data/atlas。',
};
