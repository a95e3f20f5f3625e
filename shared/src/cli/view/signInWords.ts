import type { ContextSummary, SignInStatus } from '../../protocol/index.ts';
import { oneLine } from '../terminal/sanitize.ts';
import { formatPath } from './values.ts';

/** How a sign-in stands, in a word or two; empty where none is needed. */
export function signInWords({ state, user }: SignInStatus): string {
  switch (state) {
    case 'notNeeded':
      return '';
    case 'signedOut':
      return 'signed out';
    case 'signedIn':
      return `signed in as ${oneLine(user ?? 'somebody')}`;
    case 'expired':
      return 'sign-in expired';
  }
}

/** Where a context is and as whom, on one line. */
export function contextWords(context: ContextSummary, cwd: string, home: string): string {
  if (context.name === 'local') return 'this machine';
  const kubeconfig =
    context.kubeconfig === undefined ? 'default kubeconfig' : formatPath(context.kubeconfig, cwd, home);
  const parts = [
    oneLine(context.server ?? kubeconfig),
    ...(context.namespace === undefined ? [] : [`space ${context.namespace}`]),
    signInWords(context.signIn),
  ];
  return parts.filter((part) => part !== '').join(', ');
}
