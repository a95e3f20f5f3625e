import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { kubectl } from '../../cluster/cluster.mjs';
import { json } from '../cli/slipway.ts';
import { ClusterMachine } from './clusterMachine.ts';

const tektonsRole = 'clusterrole/tekton-pipelines-controller-tenant-access';
const roleSchema = z.object({
  rules: z.array(z.looseObject({ resources: z.array(z.string()).optional(), verbs: z.array(z.string()) })),
});
type Rules = z.infer<typeof roleSchema>['rules'];

let ada: ClusterMachine;
/** As Tekton was installed. */
let installed: Rules;

const setRules = (rules: Rules): Promise<string> =>
  kubectl(['patch', tektonsRole, '--type=merge', '-p', JSON.stringify({ rules })]);

beforeAll(async () => {
  ada = await ClusterMachine.create('tektons-rights');
  installed = roleSchema.parse(JSON.parse(await kubectl(['get', tektonsRole, '-o', 'json']))).rules;
});

afterAll(async () => {
  await setRules(installed);
  await ada.dispose();
});

describe('where an administrator has taken a right away from Tekton', () => {
  it('a run that needs it fails at once, and names who may not do what', async () => {
    await setRules(
      installed.map((rule) =>
        rule.resources?.includes('pods') === true
          ? { ...rule, verbs: rule.verbs.filter((verb) => verb !== 'create') }
          : rule,
      ),
    );
    const ended = await ada.typed(['run', '-o', 'json', '--', 'true']);
    expect(ended.exitCode, ended.stdout + ended.stderr).toBe(1);
    const { diagnosis } = json(ended);
    expect(diagnosis?.id, ended.stdout).toBe('forbidden');
    expect(diagnosis?.cause).toMatch(
      /:tekton-pipelines:tekton-pipelines-controller may not create pods in this space$/,
    );
    expect(diagnosis?.fixes).not.toEqual([]);
  });
});
