import { css } from 'lit';

export const logViewStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    height: 100%;
    min-height: 0;
  }
  .sw {
    display: flex;
    flex-direction: column;
    flex: 1;
    min-height: 0;
  }
  .lbar {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px;
    padding: 8px 24px;
  }
  .lbar select {
    flex: 0 1 132px;
    min-width: 88px;
  }
  .find {
    flex: 0 1 300px;
    min-width: 140px;
    padding-right: 2px;
  }
  .find .i {
    color: var(--slipway-fg-muted);
  }
  .find input {
    flex: 1;
    min-width: 0;
    height: 100%;
    padding: 0;
    border: 0;
    background: none;
    outline: none;
  }
  .find:focus-within {
    border-color: var(--slipway-focus);
  }
  .find .b {
    height: 22px;
    padding: 0 2px;
  }
  .find .count {
    flex: none;
  }
  .scroller {
    flex: 1;
    min-height: 0;
    overflow: auto;
    position: relative;
    font-family: var(--slipway-mono);
    font-size: var(--slipway-mono-size, 12px);
    line-height: 18px;
    overflow-anchor: none;
  }
  .spacer {
    position: relative;
    min-width: 100%;
    overflow: hidden;
    width: max-content;
  }
  .rows {
    min-width: 100%;
    width: max-content;
    will-change: transform;
  }
  .row {
    display: block;
    height: 18px;
    white-space: pre;
    padding-right: 24px;
    tab-size: 8;
    contain: layout style;
  }
  .untimed .t0 {
    display: none;
  }
  .row > .x {
    unicode-bidi: isolate;
  }
  .wrapped,
  .wrapped .rows {
    width: 100%;
  }
  /* Where a line goes on it stays beside the gutter. */
  .wrapped {
    --gutter: 40ch;
  }
  .wrapped.untimed {
    --gutter: 24ch;
  }
  .wrapped .row {
    height: auto;
    min-height: 18px;
    padding-left: var(--gutter);
    text-indent: calc(0px - var(--gutter));
  }
  .wrapped .row > .x {
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }
  .n,
  .t0,
  .s,
  .more {
    color: var(--slipway-fg-muted);
    user-select: none;
  }
  mark {
    background: var(--slipway-bg-find);
    color: var(--slipway-fg-find);
  }
  .cur {
    background: var(--slipway-bg-hover);
  }
  .cur mark {
    outline: 1px solid var(--slipway-focus);
  }
  .a-r {
    color: var(--slipway-ansi-red);
  }
  .a-g {
    color: var(--slipway-ansi-green);
  }
  .a-y {
    color: var(--slipway-ansi-yellow);
  }
  .a-b {
    color: var(--slipway-ansi-blue);
  }
  .a-m {
    color: var(--slipway-ansi-magenta);
  }
  .a-c {
    color: var(--slipway-ansi-cyan);
  }
  .a-k {
    color: var(--slipway-ansi-black);
  }
  .a-w {
    color: var(--slipway-ansi-white);
  }
  .a-bold {
    font-weight: 600;
  }
  .a-dim {
    opacity: 0.75;
  }
  .a-italic {
    font-style: italic;
  }
  .a-under {
    text-decoration: underline;
  }
  .empty,
  .trouble {
    padding: 8px 24px;
  }
  .lfoot {
    display: flex;
    flex: none;
    gap: 16px;
    padding: 5px 24px;
    border-top: 1px solid var(--slipway-border);
    font-size: 12px;
    line-height: 16px;
    color: var(--slipway-fg-muted);
  }
  .lfoot .end {
    margin-left: auto;
  }
  @container sw (max-width: 760px) {
    .lbar .b.q span {
      display: none;
    }
  }
  @container sw (max-width: 640px) {
    .t0,
    .s {
      display: none;
    }
    .wrapped,
    .wrapped.untimed {
      --gutter: 11ch;
    }
  }
  @container sw (max-width: 480px) {
    .lbar select {
      flex: 1 1 96px;
    }
    .lbar .find {
      flex: 2 1 150px;
    }
    .lbar,
    .lfoot,
    .empty,
    .trouble {
      padding-left: 12px;
      padding-right: 12px;
    }
  }
`;
