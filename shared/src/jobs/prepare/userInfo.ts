import { hasUserInfo, SlipwayError } from '../../protocol/index.ts';

/**
 * Credentials come from a Secret: in an address they would end up in logs and manifests.
 * @param instead the field that names a Secret
 * @throws SlipwayError `spec.invalid`
 */
export function refuseUserInfo(url: URL, field: string, instead: string): void {
  if (!hasUserInfo(url)) return;
  throw new SlipwayError('spec.invalid', `${field} holds a user name or password.`, {
    action: `Take it out of the address and name a Kubernetes Secret instead (${instead}).`,
  });
}
