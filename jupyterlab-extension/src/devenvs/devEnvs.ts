import { createElement } from 'react';
import type { DevEnvPage, DevEnvRoom } from '../devEnvPage.ts';
import { addStyle } from '../surfaces/addStyle.ts';
import { DevEnvActions } from './devEnvActions.ts';
import css from './devEnvs.css';
import { IdleNotices } from './idleNotices.ts';
import { performer } from './perform.ts';
import { RoomState } from './roomState.ts';
import { DevEnvsSection } from './section.tsx';

/**
 * Everything about DevEnvs in one script of its own, which the server half sends when the side panel is first shown or one of
 * its commands is chosen. It gets what the page has, React included. Start reading at perform.ts.
 */
export function createDevEnvs(page: DevEnvPage): DevEnvRoom {
  addStyle(css);
  const state = new RoomState(page);
  const actions = new DevEnvActions(state);
  const room = performer(state, actions);
  new IdleNotices(state, actions);
  return { ...room, Section: () => createElement(DevEnvsSection, { state, perform: room.performOn, actions }) };
}
