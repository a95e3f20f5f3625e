import { css } from 'lit';

export const runDetailStyles = css`
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
    min-width: 72px;
  }
  .state {
    flex: 0 1 auto;
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
    color: var(--slipway-failed);
  }
  .src .msg {
    font-weight: 600;
  }
  .fix {
    display: grid;
    grid-template-columns: auto 1fr;
    gap: 8px 16px;
    align-items: center;
  }
  .find > .fix {
    padding-left: 46px;
  }
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
    min-height: 18px;
  }
  .node .r1 b {
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
  .tabs {
    display: flex;
    flex: none;
    gap: 20px;
    padding: 0 24px;
    border-bottom: 1px solid var(--slipway-border);
    position: relative;
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
  .tabs .more {
    display: none;
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
  @container sw (max-width: 860px) {
    .acts .b.q span {
      display: none;
    }
  }
  @container sw (max-width: 640px) {
    .graph {
      flex-direction: column;
      gap: 8px;
    }
    .task.one,
    .task.many {
      flex: none;
      max-width: none;
    }
    .nodes {
      flex-direction: column;
      gap: 0;
    }
    .node,
    .node.big,
    .task.one .node {
      flex: none;
      display: flex;
      gap: 8px;
      align-items: center;
      border-width: 0 0 1px;
      padding: 4px 0;
    }
    .node .r1 {
      display: contents;
    }
    .node .r1 b {
      flex: 0 0 64px;
    }
    .node .r1 time {
      order: 3;
    }
    .node .r2 {
      padding: 0;
      order: 2;
      flex: 1;
      width: auto;
      min-width: 0;
      line-height: 18px;
    }
    .node::before {
      display: none;
    }
    .head {
      grid-template-columns: minmax(0, 1fr);
    }
    .title {
      flex-direction: column;
      gap: 2px;
      align-items: stretch;
    }
    .acts {
      flex-wrap: wrap;
    }
    .ask {
      flex-wrap: wrap;
    }
  }
  @container sw (max-width: 480px) {
    .head,
    .graph,
    .tabs,
    .notices {
      padding-left: 12px;
      padding-right: 12px;
    }
    .find {
      margin: 12px 12px 0;
    }
    .find > div,
    .find > header {
      padding: 10px 12px;
    }
    .find > .kv,
    .find > .fix,
    .src-h {
      padding-left: 12px;
    }
    .fix {
      grid-template-columns: 1fr;
      gap: 4px;
    }
    .fix .small {
      margin-bottom: 6px;
    }
    .ev {
      flex-direction: column;
      gap: 2px;
      align-items: stretch;
    }
    .src-h {
      flex-wrap: wrap;
    }
    .src > div {
      grid-template-columns: 38px 1fr;
    }
    .src .msg {
      white-space: pre-wrap;
    }
    .facts {
      display: grid;
      grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
      gap: 4px 12px;
    }
    .facts .opt,
    .files .opt {
      display: none;
    }
    .tabs > [role='tab']:nth-child(n + 4):not([aria-selected='true']) {
      display: none;
    }
    .tabs .more {
      display: flex;
    }
    .cols {
      grid-template-columns: minmax(0, 1fr);
    }
    .kvs th[scope='row'] {
      width: 88px;
    }
  }
`;
