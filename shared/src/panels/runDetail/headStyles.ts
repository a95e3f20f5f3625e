import { css } from 'lit';

/** The header and the card of the finding. */
export const headStyles = css`
  :host {
    height: 100%;
    overflow: auto;
  }
  .sw {
    display: flex;
    flex-direction: column;
  }
  .head {
    padding: 16px 24px 0;
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    gap: 8px 24px;
    align-items: center;
  }
  .title {
    display: flex;
    align-items: center;
    gap: 16px;
    min-width: 0;
  }
  .title h1 {
    font-size: 18px;
    line-height: 24px;
    font-weight: 600;
    display: flex;
    flex: none;
    /* What stands beside the state gives way first; icon and word of the state stay. */
    max-width: calc(100% - 112px);
  }
  .state {
    min-width: 96px;
    flex: 1;
    /* Where not much more than its beginning would be seen, what stands beside the state stands in a line that is not. */
    flex-wrap: wrap;
    height: 1lh;
    overflow: hidden;
  }
  .state .ellipsis {
    flex: 1 0 72px;
  }
  .state b {
    flex: none;
  }
  .ellipsis {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    min-width: 0;
  }
  .acts {
    display: flex;
    gap: 6px;
    align-items: center;
  }
  .many .q span {
    display: none;
  }
  .ask {
    grid-column: 1 / -1;
    align-items: center;
  }
  .facts {
    grid-column: 1 / -1;
    display: flex;
    flex-wrap: wrap;
    gap: 2px 32px;
  }
  .facts > div {
    min-width: 0;
    max-width: 100%;
  }
  .facts dt {
    font-size: 11px;
    line-height: 14px;
    color: var(--slipway-fg-muted);
  }
  .links {
    display: flex;
    flex-wrap: wrap;
    gap: 0 12px;
  }
  .notices {
    display: flex;
    flex-direction: column;
    gap: 8px;
    padding: 12px 24px 0;
  }
  .notices:empty {
    display: none;
  }
  .find {
    margin: 16px 24px 0;
    border: 1px solid var(--slipway-border);
    border-radius: var(--slipway-radius);
    background: var(--slipway-bg-raised);
  }
  .find > div,
  .find > header {
    padding: 12px 16px;
  }
  .find > * + * {
    border-top: 1px solid var(--slipway-border);
  }
  .find header {
    display: grid;
    grid-template-columns: 20px minmax(0, 1fr);
    gap: 2px 10px;
  }
  .find header > .i {
    width: 20px;
    height: 20px;
    margin-top: 1px;
  }
  .find h2 {
    font-size: 16px;
    line-height: 22px;
    font-weight: 600;
    overflow-wrap: anywhere;
  }
  .find header p {
    grid-column: 2;
    overflow-wrap: anywhere;
  }
  .find > .kv {
    padding-left: 46px;
  }
  .ev {
    display: flex;
    gap: 16px;
    align-items: baseline;
  }
  .ev li {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: pre;
    line-height: 19px;
  }
  .advice h3 {
    margin-bottom: 2px;
  }
  .advice li {
    overflow-wrap: anywhere;
  }
  .advice li + li {
    margin-top: 4px;
  }
  .find > .cell {
    padding: 0;
  }
  .src-h {
    display: flex;
    justify-content: space-between;
    gap: 0 12px;
    padding: 6px 16px 6px 46px;
    font-size: 12px;
    line-height: 16px;
    color: var(--slipway-fg-muted);
  }
  .src {
    padding: 8px 0;
    background: var(--slipway-bg);
    font-family: var(--slipway-mono);
    font-size: var(--slipway-mono-size, 12px);
    line-height: 19px;
    max-height: 380px;
    overflow: auto;
  }
  .src > div {
    display: grid;
    grid-template-columns: 46px 1fr;
    white-space: pre;
    min-height: 19px;
    min-width: 100%;
    width: max-content;
  }
  .src > div > span:first-child {
    color: var(--slipway-fg-muted);
    text-align: right;
    padding-right: 16px;
    user-select: none;
  }
  .src .bad {
    background: var(--slipway-bg-mark);
  }
  .src .bad > span:first-child {
    color: var(--slipway-fg);
    display: flex;
    justify-content: flex-end;
    align-items: center;
    gap: 2px;
  }
  .src .bad .i {
    width: 12px;
    color: var(--slipway-failed);
  }
  .src .msg {
    font-weight: 600;
  }
  .fix {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr);
    gap: 8px 16px;
    align-items: center;
    overflow-wrap: anywhere;
  }
  .find > .fix {
    padding-left: 46px;
  }
`;
