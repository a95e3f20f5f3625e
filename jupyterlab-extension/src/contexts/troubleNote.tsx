import type { JSX } from 'react';
import type { Trouble } from '../account/account.ts';

/** What is wrong with what stands above it. */
export function TroubleNote({ trouble, id }: { readonly trouble: Trouble; readonly id?: string }): JSX.Element {
  return (
    <div id={id} role="alert" className="slipway-account-trouble">
      <p>{trouble.message}</p>
      {trouble.action !== undefined && <p className="slipway-muted">{trouble.action}</p>}
    </div>
  );
}
