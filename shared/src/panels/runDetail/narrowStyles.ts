import { css } from 'lit';

/** What changes where there is less room. Comes after the other styles. */
export const narrowStyles = css`
  @container sw (max-width: 860px) {
    .acts .b.q span {
      display: none;
    }
  }
  @container sw (max-width: 760px) {
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
      flex: 0 0 76px;
      max-width: none;
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
  }
  @container sw (max-width: 640px) {
    .head {
      grid-template-columns: minmax(0, 1fr);
    }
    .title {
      flex-direction: column;
      gap: 2px;
      align-items: stretch;
    }
    .title h1 {
      max-width: none;
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
    .acts {
      gap: 4px;
    }
    .acts .b:not(.q) {
      padding: 0 8px;
    }
    .more {
      display: block;
    }
    .cols {
      grid-template-columns: minmax(0, 1fr);
    }
    .kvs th[scope='row'] {
      width: 88px;
    }
  }
`;
