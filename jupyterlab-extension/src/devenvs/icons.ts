import type { LabIcon } from '@jupyterlab/ui-components';
import type { DevEnvState } from '@slipway/shared/protocol';
import { LabIcon as Icon } from '@jupyterlab/ui-components';
import { stateIcons } from '../surfaces/icons.ts';

const coloured = (name: string, body: string): LabIcon =>
  new Icon({
    name: `slipway:${name}`,
    svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.2" stroke-linecap="round" stroke-linejoin="round">${body}</svg>`,
  });

const ring = '<circle cx="8" cy="8" r="6"/>';
export const plusIcon = coloured('plus', '<path d="M8 3v10M3 8h10"/>');

/** A state's icon and its colour, as those of runs have theirs. */
export const devEnvIcons: Readonly<Record<DevEnvState, { readonly icon: LabIcon; readonly colour: string }>> = {
  running: {
    icon: coloured('devenv-running', `${ring}<path fill="currentColor" d="M6.5 5.5v5l4-2.5z"/>`),
    colour: 'passed',
  },
  stopped: { icon: coloured('devenv-stopped', `${ring}<path d="M6 6h4v4H6z"/>`), colour: 'skipped' },
  starting: { icon: stateIcons.running, colour: 'running' },
  stopping: { icon: stateIcons.running, colour: 'running' },
  failed: { icon: stateIcons.failed, colour: 'failed' },
};
