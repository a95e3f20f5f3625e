import { css } from 'lit';

/** The steps, side by side. */
export const graphStyles = css`
  .graph {
    display: flex;
    gap: 20px;
    padding: 16px 24px;
    max-width: 1440px;
  }
  .task {
    display: flex;
    flex-direction: column;
    gap: 4px;
    min-width: 0;
  }
  .task > p {
    font-size: 11px;
    line-height: 14px;
    color: var(--slipway-fg-muted);
    white-space: nowrap;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .task.one {
    flex: 0 0 auto;
    max-width: 40%;
  }
  .task.one .node {
    flex: 0 0 124px;
  }
  .task.many {
    flex: 1;
  }
  .nodes {
    display: flex;
    gap: 20px;
  }
  .node {
    position: relative;
    flex: 1 1 0;
    min-width: 0;
    padding: 6px 8px 7px;
    border: 1px solid var(--slipway-border);
    border-radius: var(--slipway-radius);
    background: none;
    text-align: left;
    cursor: pointer;
  }
  .node:hover {
    background: var(--slipway-bg-hover);
  }
  .node.big {
    flex: 2.1 1 0;
  }
  .node.sel {
    border-color: var(--slipway-focus);
  }
  .node .r1 {
    display: flex;
    align-items: center;
    gap: 6px;
    flex-wrap: wrap;
    /* A duration that has no room goes to a second line, which is not seen: better none than half of one. */
    height: 18px;
    overflow: hidden;
  }
  .node .r1 b {
    flex: 0 0 auto;
    max-width: calc(100% - 22px);
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .node .r1 time {
    white-space: nowrap;
    margin-left: auto;
    color: var(--slipway-fg-muted);
    font-size: 12px;
  }
  .node .r2 {
    display: block;
    width: 0;
    min-width: 100%;
    font-size: 12px;
    line-height: 16px;
    color: var(--slipway-fg-muted);
    white-space: nowrap;
    overflow: hidden;
    text-overflow: ellipsis;
    padding-left: 22px;
  }
  .node.todo .r1 b {
    font-weight: 400;
    color: var(--slipway-fg-muted);
  }
  .nodes .node + .node::before,
  .task + .task .node:first-child::before {
    content: '';
    position: absolute;
    right: 100%;
    top: 50%;
    width: 20px;
    margin-right: 1px;
    border-top: 1px solid var(--slipway-border-input);
  }
  .node .bar {
    position: absolute;
    left: -1px;
    right: -1px;
    bottom: -1px;
    height: 3px;
    border-radius: 0 0 2px 2px;
  }
`;
