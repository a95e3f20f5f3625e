import { type JSX, type ReactNode, useLayoutEffect, useRef } from 'react';

/** What stands in a dialog about DevEnvs. */
export function DialogBody({ children }: { readonly children: ReactNode }): JSX.Element {
  const body = useRef<HTMLDivElement>(null);
  // Before anybody can press a key.
  useLayoutEffect(() => {
    // JupyterLab's dialogs swallow Enter on every button that is not one of their own.
    const keep = (event: KeyboardEvent): void => {
      const { target } = event;
      const isOurs = target instanceof HTMLButtonElement && body.current?.contains(target) === true;
      if (event.key === 'Enter' && isOurs) event.stopPropagation();
    };
    document.addEventListener('keydown', keep, true);
    // Keys go on reaching the dialog when what had the focus is gone.
    const observer = new MutationObserver(() => {
      if (document.activeElement === document.body) body.current?.focus();
    });
    if (body.current !== null) observer.observe(body.current, { childList: true, subtree: true });
    return () => {
      document.removeEventListener('keydown', keep, true);
      observer.disconnect();
    };
  }, []);
  return (
    <div ref={body} tabIndex={-1} className="slipway-devenv-dialog">
      {children}
    </div>
  );
}
