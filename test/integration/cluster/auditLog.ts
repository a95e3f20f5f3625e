import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { rightWords } from './person.ts';

/**
 * Rights by their words (`create pods/exec`; elsewhere than in the person's own space `list pods in the cluster`): those that were
 * used, and those that were refused.
 */
export interface UsedRights {
  readonly allowed: Set<string>;
  readonly refused: Set<string>;
}

/**
 * What a person asked of the API server, as it wrote it down; but what everybody may ask, such as for their own rights.
 * @param from where to begin in the file, bytes
 */
export async function usedRights(
  auditLog: string,
  { email, namespace }: { readonly email: string; readonly namespace: string },
  from: number,
): Promise<UsedRights> {
  const allowed = new Set<string>();
  const refused = new Set<string>();
  const lines = createInterface({ input: createReadStream(auditLog, { start: from }) });
  for await (const line of lines) {
    if (!line.includes(email)) continue;
    const event = JSON.parse(line) as {
      verb: string;
      stage: string;
      objectRef?: { resource: string; subresource?: string; apiGroup?: string; namespace?: string };
      responseStatus?: { code: number };
    };
    const { objectRef, verb, responseStatus } = event;
    if (objectRef === undefined || objectRef.resource.startsWith('selfsubject')) continue;
    if (event.stage !== 'ResponseComplete' && event.stage !== 'ResponseStarted') continue;
    const resource = `${objectRef.resource}${objectRef.subresource === undefined ? '' : `/${objectRef.subresource}`}`;
    const words = rightWords(verb, objectRef.apiGroup ?? '', resource);
    const elsewhere = objectRef.namespace === namespace ? '' : ` in ${objectRef.namespace ?? 'the cluster'}`;
    (responseStatus?.code === 403 ? refused : allowed).add(words + elsewhere);
  }
  return { allowed, refused };
}
