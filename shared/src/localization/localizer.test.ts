import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Run, type RunPlan, SlipwayError } from '../protocol/index.ts';
import { devEnvNamed } from '../protocol/testing/devEnvs.ts';
import { chineseTables, localizerFor } from './localizer.ts';
import { createTranslator } from './translator.ts';

const chinese = localizerFor('zh-CN');
if (chinese === undefined) throw new Error('no localizer for zh-CN');
const translator = createTranslator(chineseTables);
const inChinese = (text: string): string | undefined => translator.translate(text);

describe('sentences of the core in Chinese', () => {
  it.each([
    [
      'GPU: 4 nodes — 2 full, 1 tainted team=vision, 1 without label accelerator=nvidia-tesla-gpu\n' +
        'frees up when a GPU job ends on gpu-1 or gpu-2 (oldest has run 3h 02m)',
      'GPU：共 4 个节点，2 个已占满，1 个带有污点 team=vision，1 个没有标签 accelerator=nvidia-tesla-gpu\n' +
        'gpu-1 或 gpu-2 上有 GPU 任务结束时即可空出（最早的已运行 3h 02m）',
    ],
    [
      '2 nodes — 2 without label gpu=h100\nwaiting does not help: no node has label gpu=h100; there is gpu=a100 and gpu=t4',
      '共 2 个节点，2 个没有标签 gpu=h100\n等待无济于事：没有节点带有标签 gpu=h100；现有 gpu=a100、gpu=t4',
    ],
    ['memory: 3 nodes — 3 without 16 GiB of memory free', '内存：共 3 个节点，3 个空闲不足 16 GiB 内存'],
    [
      'quota team: it asks for a GPU, and 4 GPUs of 4 GPUs are in use\n' +
        'starts when something else in this space ends and gives enough back',
      '配额 team：它需要 1 个 GPU，而上限 4 个 GPU 中已用 4 个 GPU\n此空间中有其他内容结束并释放足够资源时开始',
    ],
    [
      'quota team: it asks for 8 GiB of memory, and 30 GiB of memory of 32 GiB of memory are in use',
      '配额 team：它需要 8 GiB 内存，而上限 32 GiB 中已用 30 GiB',
    ],
    [
      'image a.example/b:1: the registry does not have it: look at its name and tag',
      '镜像 a.example/b:1：镜像仓库中没有它：请检查名称和标签',
    ],
    [
      'waits: GPU: 1 node — 1 full — frees up when a job ends on n (oldest has run 4m)',
      '等待：GPU：共 1 个节点，1 个已占满；n 上有任务结束时即可空出（最早的已运行 4m）',
    ],
    ['1 artifact, 1.2 kB', '1 个产物，1.2 kB'],
    ['6 artifacts, 4.2 MB', '6 个产物，4.2 MB'],
    ['python 3.11.7 as it is (requirements met)', '沿用 Python 3.11.7（依赖已满足）'],
    ['2 failed, 16 passed, 1 skipped · coverage 87 %', '2 失败，16 通过，1 跳过 · 覆盖率 87 %'],
    ['MemoryError: Unable to allocate 728. TiB in cell 3', '单元格 3 出现 MemoryError: Unable to allocate 728. TiB'],
    ['notebook: it used more than its 4Gi of memory and was killed', 'notebook：使用的内存超过上限 4Gi，被终止'],
    ['kernel python3 of ./.venv', './.venv 的内核 python3'],
    ['uploading 120 of 300 MB', '正在上传 120 / 300 MB'],
  ])('%s', (english, expected) => expect(inChinese(english)).toBe(expected));

  it('leave alone what somebody else said', () => {
    for (const text of [
      '',
      'ValueError: no: such thing',
      'No such file or directory',
      'a; b',
      'Boom. Bang.',
      'x — y',
    ]) {
      expect(inChinese(text)).toBeUndefined();
    }
    expect(inChinese('claim work has no volume: quota of the array is used up')).toBe(
      '卷声明 work 没有卷：quota of the array is used up',
    );
  });

  it('take any text, however hostile, and soon come to an end', () => {
    const pieces = fc.constantFrom(
      ' and ',
      '; ',
      ' — ',
      ', 1 ',
      ' of ',
      ': ',
      'waits: ',
      '1 node — ',
      '{x}',
      '$&',
      '\n',
      'full',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string()), { maxLength: 60 }), (parts) => {
        const translated = inChinese(parts.join(''));
        expect(translated === undefined || translated.length > 0).toBe(true);
      }),
    );
    expect(inChinese(`waits: ${'a and '.repeat(600)}b`)).toMatch(/^等待：/);
    expect(inChinese('notebook: '.repeat(10_000))).toBeUndefined();
  });
});

describe('what goes to a Chinese client', () => {
  const run: Run = {
    name: 'a-1',
    context: 'lab',
    title: 'a.ipynb',
    state: 'failed',
    createdAt: 0,
    cancelRequested: false,
    reason: 'notebook: the time limit of 3s was reached',
    steps: [
      { name: 'prepare', state: 'succeeded', note: 'environment reused' },
      { name: 'notebook', state: 'failed', reason: 'the time limit of 3s was reached' },
      { name: 'test', state: 'skipped', reason: 'the notebook failed' },
    ],
    tasks: [
      {
        name: 't',
        kind: 'task',
        finally: false,
        state: 'skipped',
        after: [],
        steps: [],
        reason: 'its condition was not met',
      },
    ],
  };
  const said = {
    reason: 'notebook：达到时限 3s',
    steps: [{ note: '沿用已有环境' }, { reason: '达到时限 3s' }, { reason: '笔记本失败' }],
    tasks: [{ reason: '不满足它的条件' }],
  };

  it('are runs', () => {
    expect(chinese.result('runs/get', run)).toMatchObject(said);
    expect(chinese.result('runs/list', { runs: [run] }).runs).toMatchObject([said]);
    expect(chinese.notification('run/changed', { watch: 'w', run })).toMatchObject({ watch: 'w', run: said });
  });

  it('are errors, whose code stays, and why a context is out of reach', () => {
    const unreachable = 'The cluster of context lab cannot be reached: nothing listens at https://a.example.';
    const error = chinese.error(
      new SlipwayError('cluster.unreachable', unreachable, { action: 'Check the network and try again.' }),
    );
    const message = '无法连接上下文 lab 的集群：https://a.example 没有服务在监听。';
    expect(error).toMatchObject({ code: 'cluster.unreachable', message, action: '请检查网络后重试。' });
    const stale = { watch: 'w', context: 'lab', state: 'stale', since: 1, reason: unreachable } as const;
    expect(chinese.notification('context/changed', stale)).toEqual({ ...stale, reason: message });
    expect(chinese.notification('submit/progress', { text: 'reading 3 of 12 files' })).toEqual({
      text: '正在读取文件 3/12',
    });
  });

  it('are plans', () => {
    const plan: RunPlan = {
      context: 'lab',
      spec: { notebook: 'a.ipynb' },
      title: 'a.ipynb',
      steps: ['prepare', 'notebook', 'collect'],
      unsaved: false,
      python: {
        interpreter: '/p',
        version: '3.12',
        origin: 'chosen',
        kernel: 'python3',
        language: 'python',
        environment: 'asIs',
        explanation: 'as chosen',
      },
      cluster: {
        server: 's',
        namespace: 'n',
        user: 'u',
        image: 'i',
        cpu: '1',
        memory: '1Gi',
        gpus: 0,
        volume: 'a new PVC of 10Gi, removed with the run',
        inputs: 'in a ConfigMap',
      },
      parameters: [],
      companions: {
        files: [],
        totalBytes: 0,
        ignored: [{ path: 'x', reason: 'links outside the folder' }],
        warnings: [],
      },
      warnings: ['python is ignored on a cluster: the image brings its own.'],
    };
    expect(chinese.result('jobs/plan', plan)).toMatchObject({
      python: { explanation: '按指定' },
      cluster: { volume: '新建 10Gi 的 PVC，随运行一起删除', inputs: '放在 ConfigMap 中' },
      companions: { ignored: [{ path: 'x', reason: '指向文件夹之外的链接' }] },
      warnings: ['在集群上忽略 python：镜像自带 Python。'],
    });
  });

  it('goes to nobody else', () => {
    expect(['en', 'de', 'zh-tw', undefined].map(localizerFor)).toEqual([undefined, undefined, undefined, undefined]);
    expect(localizerFor('zh_Hans')).toBe(chinese);
  });
});

describe('what is told of DevEnvs in Chinese', () => {
  it('says how the cluster ended the last pod, in the list and to who connects', () => {
    const reason = 'its node put it out: The node was low on resource: memory.';
    const devEnv = devEnvNamed('devenv-ada', { state: 'stopped', reason, lastEnd: { reason, at: 3 } });
    const said = '被其节点驱逐：The node was low on resource: memory.';
    expect(chinese.result('devenvs/get', devEnv)).toMatchObject({ reason: said, lastEnd: { reason: said, at: 3 } });
    const why = 'it was evicted from its node, which was being emptied';
    const error = new SlipwayError('devenv.stopped', `devenv-ada is stopped: ${why}.`);
    expect(chinese.error(error).message).toBe('devenv-ada 已停止：曾被驱逐出其节点，该节点当时正在清空。');
  });

  it('has the words of hops, and of files that were not taken', () => {
    const hop = { name: 'ssh', outcome: 'warn', durationMs: 3 } as const;
    const said = chinese.result('devenvs/test', {
      hops: [
        {
          ...hop,
          detail: "Logged in with this machine's key in 2.1 s; the host key is the pinned one.",
          fix: 'The DevEnv is busy: look at what runs in it.',
        },
      ],
    });
    expect(said.hops[0]?.detail).toBe('已用本机的密钥在 2.1 s 内登录；主机密钥与固定的一致。');
    expect(said.hops[0]?.fix).toBe('该开发环境繁忙：请查看其中运行的程序。');
    const counts = { files: 1, bytes: 2, unchangedFiles: 0, deletedFiles: 0, durationMs: 3 };
    const skipped = [{ path: 'a', reason: 'its name is the same as that of A there' }];
    expect(chinese.result('transfer/upload', { ...counts, skipped }).skipped).toEqual([
      { path: 'a', reason: '其名称在那里与 A 相同' },
    ]);
    const progress = { files: 0, totalFiles: 1, bytes: 0, totalBytes: 2, waiting: 'connection lost, trying again' };
    expect(chinese.notification('transfer/progress', { id: 't', progress }).progress.waiting).toBe(
      '连接已断开，正在重试',
    );
  });
});
