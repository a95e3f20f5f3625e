import { expect, it } from 'vitest';
import { jobOfFile } from './jobOfFile.ts';

it('runs a notebook, and a script as a command', () => {
  expect(jobOfFile('a.ipynb', undefined, '')).toEqual({ notebook: 'a.ipynb' });
  expect(jobOfFile('train me.py', undefined, '/py')).toEqual({ python: '/py', command: ['python', 'train me.py'] });
});

it('takes the job file that names the file, and no other', () => {
  const notebook = { notebook: 'a.ipynb', requirements: 'requirements.txt' };
  expect(jobOfFile('a.ipynb', notebook, '')).toEqual(notebook);
  expect(jobOfFile('b.ipynb', notebook, '')).toEqual({ notebook: 'b.ipynb' });
  const command = { command: ['python', 'train.py', '--epochs', '60'] };
  expect(jobOfFile('train.py', command, '')).toEqual(command);
  expect(jobOfFile('python', { command: 'python train.py' }, '')).toEqual({ notebook: 'python' });
});

it('lets the job file choose its Python before the setting', () => {
  expect(jobOfFile('a.ipynb', { notebook: 'a.ipynb', python: 'managed' }, '/py').python).toBe('managed');
});
