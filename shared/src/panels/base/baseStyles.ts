import { css } from 'lit';

/** What all panels share: type, controls, tables, notices. Reads `--slipway-*` only; steps of 4, 8, 12, 16, 24. */
export const baseStyles = css`
  :host {
    display: block;
    box-sizing: border-box;
    background: var(--slipway-bg);
    color: var(--slipway-fg);
    font: var(--slipway-font-size, 13px) / 18px var(--slipway-font, sans-serif);
    font-variant-numeric: tabular-nums;
  }
  :host([hidden]),
  [hidden] {
    display: none !important;
  }
  * {
    box-sizing: border-box;
  }
  .sw {
    container: sw / inline-size;
    min-height: 100%;
  }
  h1,
  h2,
  h3,
  p,
  dl,
  dd,
  ul,
  ol,
  pre {
    margin: 0;
    padding: 0;
    font-size: inherit;
    font-weight: inherit;
  }
  ul,
  ol {
    list-style: none;
  }
  b {
    font-weight: 600;
  }
  .i {
    width: 16px;
    height: 16px;
    flex: none;
    fill: none;
    stroke: currentColor;
    stroke-width: 1.2;
    stroke-linecap: round;
    stroke-linejoin: round;
    vertical-align: -3px;
  }
  .turning {
    animation: turn 1.2s linear infinite;
  }
  @keyframes turn {
    to {
      transform: rotate(360deg);
    }
  }
  @media (prefers-reduced-motion: reduce) {
    .turning {
      animation: none;
    }
  }
  .c-passed {
    color: var(--slipway-passed);
  }
  .c-failed {
    color: var(--slipway-failed);
  }
  .c-running {
    color: var(--slipway-running);
  }
  .c-waiting {
    color: var(--slipway-waiting);
  }
  .c-neutral {
    color: var(--slipway-neutral);
  }
  .mono {
    font-family: var(--slipway-mono);
    font-size: var(--slipway-mono-size, 12px);
  }
  .muted {
    color: var(--slipway-fg-muted);
  }
  .small {
    font-size: 12px;
    line-height: 16px;
  }
  .num {
    text-align: right;
  }
  .grow {
    flex: 1;
    min-width: 0;
  }
  .pad {
    padding: 16px 24px;
    max-width: 1200px;
  }
  .st {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    white-space: nowrap;
    min-width: 0;
  }
  .vh {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  .cut {
    display: inline-flex;
    min-width: 0;
    max-width: 100%;
    vertical-align: bottom;
    unicode-bidi: isolate;
  }
  .cut > span {
    white-space: pre;
  }
  .cut > span:first-child {
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .cut > span + span {
    flex: none;
  }
  button,
  input,
  select,
  textarea {
    font: inherit;
    color: inherit;
    margin: 0;
  }
  .b {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 6px;
    height: calc(var(--slipway-row, 22px) + 4px);
    padding: 0 11px;
    border: 1px solid var(--slipway-button-border, transparent);
    border-radius: var(--slipway-radius);
    background: var(--slipway-button2-bg);
    color: var(--slipway-button2-fg, var(--slipway-fg));
    white-space: nowrap;
    cursor: pointer;
  }
  .b.p {
    background: var(--slipway-button-bg);
    color: var(--slipway-button-fg);
  }
  .b.q {
    background: none;
    border-color: transparent;
    padding: 0 6px;
    color: var(--slipway-fg);
  }
  .b:hover:not([aria-disabled='true'], :disabled) {
    filter: brightness(1.08);
  }
  .b.q:hover:not([aria-disabled='true'], :disabled) {
    background: var(--slipway-bg-hover);
    filter: none;
  }
  .b.on,
  .b.q.on {
    border-color: var(--slipway-focus);
    background: var(--slipway-bg-hover);
  }
  .b.w {
    width: 100%;
  }
  .b:disabled,
  .b[aria-disabled='true'] {
    opacity: 0.55;
    cursor: default;
  }
  .link {
    border: 0;
    padding: 0;
    background: none;
    color: var(--slipway-link);
    text-align: left;
    cursor: pointer;
  }
  .link:hover {
    text-decoration: underline;
  }
  :focus-visible {
    outline: 1px solid var(--slipway-focus);
    outline-offset: -1px;
  }
  .b:focus-visible,
  .link:focus-visible {
    outline-offset: 2px;
  }
  .in[aria-invalid='true']:focus-visible {
    outline-offset: 1px;
  }
  .in {
    display: flex;
    align-items: center;
    gap: 6px;
    height: calc(var(--slipway-row, 22px) + 4px);
    padding: 0 8px;
    border: 1px solid var(--slipway-border-input);
    border-radius: var(--slipway-radius);
    background: var(--slipway-bg-input);
    color: var(--slipway-fg);
    min-width: 0;
    width: 100%;
  }
  textarea.in {
    height: auto;
    min-height: 62px;
    padding: 4px 8px;
    resize: vertical;
  }
  .in::placeholder {
    color: var(--slipway-fg-muted);
    opacity: 1;
  }
  .in[aria-invalid='true'] {
    border-color: var(--slipway-failed);
  }
  .t {
    width: 100%;
    border-collapse: collapse;
  }
  .t th {
    text-align: left;
    font-weight: 400;
    font-size: 12px;
    color: var(--slipway-fg-muted);
  }
  .t th,
  .t td {
    height: calc(var(--slipway-row, 22px) + 4px);
    padding: 0 16px 0 0;
    border-bottom: 1px solid var(--slipway-border);
    vertical-align: middle;
  }
  .t tr:last-child td,
  .t tr:last-child th[scope='row'] {
    border-bottom: 0;
  }
  .t td:last-child,
  .t th:last-child {
    padding-right: 0;
  }
  .t th.num,
  .t td.num {
    text-align: right;
  }
  .t th[scope='row'] {
    font-size: inherit;
    white-space: nowrap;
  }
  .sec {
    font-size: 13px;
    font-weight: 600;
    line-height: 18px;
    margin-bottom: 4px;
  }
  .bar {
    display: block;
    height: 4px;
    background: var(--slipway-border);
    overflow: hidden;
    border-radius: 1px;
  }
  .bar > i {
    display: block;
    height: 100%;
    background: var(--slipway-running);
  }
  .note {
    display: flex;
    gap: 8px;
    align-items: flex-start;
    padding: 7px 12px;
    border: 1px solid var(--slipway-border);
    border-radius: var(--slipway-radius);
    background: var(--slipway-bg-raised);
  }
  @container sw (max-width: 480px) {
    .pad {
      padding-left: 12px;
      padding-right: 12px;
    }
  }
`;
