import { css } from 'lit';

/** The tabs and what is in them. */
export const tabStyles = css`
  .tabs {
    display: flex;
    flex: none;
    gap: 20px;
    padding: 0 24px;
    border-bottom: 1px solid var(--slipway-border);
    position: relative;
  }
  .tabs .tabs {
    padding: 0;
    border: 0;
  }
  .tabs button {
    height: 33px;
    padding: 0;
    border: 0;
    border-bottom: 1px solid transparent;
    margin-bottom: -1px;
    background: none;
    color: var(--slipway-fg-muted);
    display: flex;
    gap: 6px;
    align-items: center;
    white-space: nowrap;
    cursor: pointer;
  }
  .tabs button:hover,
  .tabs button[aria-selected='true'] {
    color: var(--slipway-fg);
  }
  .tabs button[aria-selected='true'] {
    border-color: var(--slipway-focus);
  }
  .tabs small {
    font-size: 11px;
    color: var(--slipway-fg-muted);
  }
  .more {
    display: none;
    position: relative;
  }
  .more ul {
    position: absolute;
    z-index: 1;
    right: 0;
    top: 100%;
    min-width: 140px;
    padding: 4px 0;
    border: 1px solid var(--slipway-border);
    border-radius: var(--slipway-radius);
    background: var(--slipway-bg-raised);
  }
  .tabs .more li button {
    width: 100%;
    height: calc(var(--slipway-row, 22px) + 4px);
    padding: 0 12px;
    margin: 0;
  }
  .content {
    flex: 1 0 auto;
    display: flex;
    flex-direction: column;
    min-height: 0;
  }
  .content.fill {
    flex: 1 1 0;
    min-height: 320px;
  }
  .content slipway-log-view {
    flex: 1;
    min-height: 0;
  }
  .gap {
    margin-top: 16px;
  }
  .cols {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(240px, 1fr));
    gap: 16px 24px;
    align-items: start;
  }
  .counts {
    display: flex;
    flex-wrap: wrap;
    gap: 2px 16px;
  }
  .cover {
    margin: 7px 0 6px;
    max-width: 360px;
  }
  .cover > i {
    background: var(--slipway-passed);
  }
  .coverage {
    margin-top: 24px;
  }
  .summary {
    margin-bottom: 4px;
  }
  .files .name {
    width: 100%;
    max-width: 0;
  }
  .link.file {
    display: flex;
    align-items: center;
    gap: 8px;
    max-width: 100%;
    color: var(--slipway-fg);
  }
  .files .num,
  .files .opt {
    white-space: nowrap;
  }
  .t .wrap {
    white-space: normal;
    overflow-wrap: anywhere;
    padding-top: 4px;
    padding-bottom: 4px;
  }
  .cases pre {
    overflow: auto;
    max-height: 320px;
    padding: 4px 0 4px 22px;
    white-space: pre;
  }
  .cases details {
    margin-left: 22px;
  }
  .kvs th[scope='row'] {
    width: 112px;
    color: var(--slipway-fg-muted);
    padding-right: 16px;
    vertical-align: top;
    padding-top: 4px;
  }
`;
