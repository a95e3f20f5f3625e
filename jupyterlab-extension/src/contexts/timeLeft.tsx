import { formatDuration } from '@slipway/shared/views';
import { type JSX, useState } from 'react';
import type { SidePanelModel } from '../surfaces/sidePanelModel.ts';
import { StateIcon } from '../surfaces/stateIcon.tsx';
import { useNow } from '../surfaces/useNow.ts';

interface TimeLeftProps {
  readonly model: SidePanelModel;
  /** Epoch ms. */
  readonly expiresAt: number;
}

/** That it is the person's turn, and how long it stays so: each second to see, each minute to hear. */
export function TimeLeft({ model, expiresAt }: TimeLeftProps): JSX.Element {
  const { signIn } = model.words.shared;
  const now = useNow(model.now, 1_000);
  const [begunAt] = useState(now);
  const leftMs = Math.max(0, expiresAt - now);
  const share = leftMs / Math.max(1, expiresAt - begunAt);
  return (
    <>
      <div className="slipway-state-line">
        <StateIcon state="running" />
        <span role="status">
          {signIn.waitingForYou}
          <span className="slipway-heard"> {signIn.timeLeft(formatDuration(spoken(leftMs)))}</span>
        </span>
        <span className="slipway-muted slipway-time" aria-hidden="true">
          {signIn.timeLeft(formatDuration(Math.ceil(leftMs / 1000) * 1000).replace('.0s', 's'))}
        </span>
      </div>
      <progress className="slipway-progress" value={Math.min(1, share)} max={1} aria-hidden="true" />
    </>
  );
}

/** Changes each minute, and each ten seconds in the last one. */
function spoken(leftMs: number): number {
  const stepMs = leftMs > 60_000 ? 60_000 : 10_000;
  return Math.ceil(leftMs / stepMs) * stepMs;
}
