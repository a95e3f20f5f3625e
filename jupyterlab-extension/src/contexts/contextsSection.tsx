import type { JSX } from 'react';
import type { SidePanelModel } from '../surfaces/sidePanelModel.ts';
import { AccountDetail } from './accountDetail.tsx';
import { AddContext } from './addContext.tsx';
import { ContextList } from './contextList.tsx';
import { TroubleNote } from './troubleNote.tsx';

/** Where to run and as whom; loaded when the side panel is first shown. */
export default function ContextsSection({ model }: { readonly model: SidePanelModel }): JSX.Element {
  const { problem } = model.account;
  return (
    <>
      {problem !== undefined && <TroubleNote trouble={problem} />}
      <ContextList model={model} />
      <AccountDetail model={model} />
      <AddContext model={model} />
    </>
  );
}
