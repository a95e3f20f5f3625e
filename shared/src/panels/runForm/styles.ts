import { css } from 'lit';

export const runFormStyles = css`
  :host {
    height: 100%;
    overflow: auto;
  }
  .sw {
    display: flex;
    flex-direction: column;
  }
  .form {
    flex: 1;
    display: grid;
    grid-template-columns: minmax(0, 1fr) 288px;
  }
  .fcol {
    padding: 16px 24px;
    display: flex;
    flex-direction: column;
    gap: 20px;
    min-width: 0;
    max-width: 912px;
  }
  .fside {
    padding: 16px 24px 16px 20px;
    border-left: 1px solid var(--slipway-border);
    background: var(--slipway-bg-raised);
  }
  .stick {
    position: sticky;
    top: 16px;
    display: flex;
    flex-direction: column;
    gap: 12px;
  }
  .fcol h1 {
    font-size: 18px;
    line-height: 24px;
    font-weight: 600;
    display: flex;
  }
  .fs {
    display: grid;
    grid-template-columns: 132px minmax(0, 1fr);
    gap: 6px 16px;
    align-items: center;
  }
  .fs > h2 {
    grid-column: 1 / -1;
    font-weight: 600;
    display: flex;
    gap: 8px;
    align-items: baseline;
  }
  .fs > h2 small,
  summary small {
    font-weight: 400;
    font-size: 12px;
    color: var(--slipway-fg-muted);
  }
  .fs label {
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .ctl {
    display: grid;
    grid-template-columns: minmax(0, 216px) minmax(0, 1fr);
    gap: 4px 12px;
    align-items: center;
    min-height: calc(var(--slipway-row, 22px) + 4px);
  }
  .ctl.wide {
    grid-template-columns: minmax(0, 1fr);
  }
  .ctl .st {
    white-space: normal;
  }
  .ctl > .small {
    min-width: 0;
    overflow-wrap: anywhere;
  }
  .span {
    grid-column: 1 / -1;
  }
  input[type='checkbox'],
  input[type='radio'] {
    appearance: none;
    width: 16px;
    height: 16px;
    flex: none;
    margin: 0;
    display: inline-grid;
    place-content: center;
    border: 1px solid var(--slipway-border-tick);
    border-radius: var(--slipway-radius);
    background: var(--slipway-bg-input);
    color: var(--slipway-fg);
    cursor: pointer;
  }
  input[type='checkbox']:checked::before {
    content: '';
    width: 8px;
    height: 4px;
    margin-top: -2px;
    border: solid currentColor;
    border-width: 0 0 1.6px 1.6px;
    transform: rotate(-45deg);
  }
  input[type='checkbox']:disabled {
    opacity: 0.55;
    cursor: default;
  }
  input[type='radio'] {
    width: 14px;
    height: 14px;
    border-radius: 50%;
  }
  input[type='radio']:checked::before {
    content: '';
    width: 6px;
    height: 6px;
    border-radius: 50%;
    background: currentColor;
  }
  .pick {
    grid-column: 1 / -1;
    border: 1px solid var(--slipway-border);
    border-radius: var(--slipway-radius);
  }
  .pick > li > label {
    display: flex;
    align-items: center;
    gap: 10px;
    padding: 0 10px;
    height: calc(var(--slipway-row, 22px) + 8px);
    white-space: nowrap;
  }
  .pick > li + li {
    border-top: 1px solid var(--slipway-border);
  }
  .pick > li.sel {
    background: var(--slipway-bg-hover);
  }
  .pick .grow {
    overflow: hidden;
    text-overflow: ellipsis;
    display: flex;
    gap: 6px;
  }
  .sizes > li > label {
    display: grid;
    grid-template-columns: 14px minmax(0, 1.4fr) minmax(0, 1fr) minmax(0, 1.4fr);
  }
  .sizes span {
    overflow: hidden;
    text-overflow: ellipsis;
  }
  details {
    border-top: 1px solid var(--slipway-border);
    padding-top: 12px;
  }
  details .fs {
    margin-top: 12px;
  }
  summary {
    cursor: pointer;
    font-weight: 600;
  }
  .actions {
    display: flex;
    flex-direction: column;
    gap: 8px;
    margin-top: 4px;
  }
  .fside .t td {
    overflow-wrap: anywhere;
    padding-top: 4px;
    padding-bottom: 4px;
  }
  .fside .t th {
    width: 88px;
    font-size: 12px;
    vertical-align: top;
    padding-top: 4px;
    color: var(--slipway-fg-muted);
  }
  @container sw (max-width: 860px) {
    .form {
      grid-template-columns: minmax(0, 1fr);
      align-content: start;
    }
    .fside {
      border-left: 0;
      border-top: 1px solid var(--slipway-border);
      padding: 16px 24px 0;
    }
    .stick {
      display: contents;
    }
    .fside > .stick > * {
      margin-bottom: 12px;
    }
    .actions {
      position: sticky;
      bottom: 0;
      padding: 8px 0;
      background: var(--slipway-bg-raised);
    }
  }
  @container sw (max-width: 480px) {
    .fcol,
    .fside {
      padding-left: 12px;
      padding-right: 12px;
    }
    .fs {
      grid-template-columns: minmax(0, 1fr);
    }
    .ctl {
      grid-template-columns: minmax(0, 1fr);
      gap: 2px;
    }
    .sizes > li > label {
      grid-template-columns: 14px minmax(0, 1fr);
      height: auto;
      padding: 4px 10px;
    }
    .sizes > li > label > span:nth-of-type(n + 2) {
      grid-column: 2;
    }
  }
`;
