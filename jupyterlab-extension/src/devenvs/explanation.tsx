import { ReactWidget } from '@jupyterlab/ui-components';

/** Sentences and a command, as the body of a dialog. */
export function explanation(sentences: readonly string[], command: string): ReactWidget {
  return ReactWidget.create(
    <div className="slipway-devenv-dialog">
      {sentences.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      <pre className="slipway-devenv-command">{command}</pre>
    </div>,
  );
}
