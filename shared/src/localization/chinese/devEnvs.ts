import type { Table } from '../translator.ts';

/** Sentences about DevEnvs. */
export const chineseDevEnvs: Table = {
  '{name} does not take note that somebody works in it: {said*}': '{name} 无法记录有人在其中工作：{said}',
  'JupyterLab could not be opened in {name}: {why*}': '无法在 {name} 中打开 JupyterLab：{why}',
  'Choose an image that has JupyterLab and is made as docs/platform/devenv says.':
    '请选择包含 JupyterLab 且按 docs/platform/devenv 制作的镜像。',
  'No port of this machine could be opened.': '无法在本机打开端口。',
  'Look at its log, or restart it.': '请查看其日志，或重启它。',
};
