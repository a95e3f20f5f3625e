import { type ComponentType, type JSX, useEffect, useState } from 'react';
import type { Trouble } from '../account/account.ts';
import type { HostWords } from '../words/index.ts';

interface DevEnvSlotProps {
  readonly words: HostWords;
  /** False while nobody sees the panel: nothing is loaded for that. */
  readonly isShown: boolean;
  /** Resolves to the section once its script is there. */
  readonly load: () => Promise<ComponentType>;
  readonly troubleIn: (error: unknown) => Trouble;
}

/** Where DevEnvs are shown, once what shows them is there. */
export function DevEnvSlot({ words, isShown, load, troubleIn }: DevEnvSlotProps): JSX.Element {
  const [section, setSection] = useState<{ readonly Section: ComponentType }>();
  const [trouble, setTrouble] = useState<Trouble>();
  const isNeeded = isShown && section === undefined && trouble === undefined;
  useEffect(() => {
    if (!isNeeded) return;
    load().then(
      (Section) => setSection({ Section }),
      (error: unknown) => setTrouble(troubleIn(error)),
    );
  }, [isNeeded, load, troubleIn]);
  if (section !== undefined) return <section.Section />;
  return (
    <>
      <h2 className="slipway-heading">{words.lab.devEnvs}</h2>
      {trouble === undefined ? (
        <p className="slipway-muted slipway-empty">{words.lab.connecting}</p>
      ) : (
        <div className="slipway-failure" role="alert">
          <p>{trouble.message}</p>
          <p className="slipway-muted">{trouble.action}</p>
          <button type="button" className="jp-mod-styled" onClick={() => setTrouble(undefined)}>
            {words.lab.retryConnection}
          </button>
        </div>
      )}
    </>
  );
}
