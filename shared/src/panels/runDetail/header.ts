import { html, nothing, type TemplateResult } from 'lit';
import { failedStepOf, hostProducts, type Run, type RunLink } from '../../protocol/index.ts';
import {
  createClockFormat,
  relativeTime,
  retryOf,
  runView,
  shownText,
  type RunView,
  type Words,
} from '../../views/index.ts';
import { icon, stateIcon } from '../base/icons.ts';
import { cutName } from '../base/names.ts';
import type { RunPages } from './runFeed.ts';

/** What the buttons of the header do. */
export interface HeaderActions {
  readonly cancel: () => void;
  readonly keepRunning: () => void;
  readonly rerun: () => void;
  readonly retry: () => void;
  readonly editAndRerun: () => void;
  readonly openLog: () => void;
  readonly copyCommand: () => void;
}

export interface HeaderState {
  readonly now: number;
  readonly locale: string;
  /** Epoch ms of what is shown, where it may be out of date. */
  readonly staleSince: number | undefined;
  /** True while the person is asked whether to stop the run. */
  readonly asksToCancel: boolean;
  /** The action that was sent and not answered yet. */
  readonly busy: string | undefined;
  readonly pages: RunPages;
}

const clock = createClockFormat(undefined);
export function header(run: Run, words: Words, state: HeaderState, actions: HeaderActions): TemplateResult {
  const view = runView(run, words, state.now, state.staleSince);
  return html`<header class="head">
    <div class="title">
      <h1>${cutName(run.title)}</h1>
      ${stateLine(run, view, words)}
    </div>
    <div class="acts ${view.active || view.state === 'failed' || retryOf(run) === undefined ? '' : 'many'}">
      ${buttons(run, view, words, state, actions)}
    </div>
    ${state.asksToCancel ? question(words, actions) : nothing} ${facts(run, view, words, state)}
  </header>`;
}

function stateLine(run: Run, view: RunView, words: Words): TemplateResult {
  return html`<p class="st state">
    ${stateIcon(view.state, view.stale)} <b>${view.word}</b>
    <span class="muted ellipsis">${shownText(stateDetail(run, view, words))}</span>
  </p>`;
}

/** What stands beside the state: the cell it is at, or how long it took. */
function stateDetail(run: Run, view: RunView, words: Words): string {
  const { cells, failedCell } = run;
  if (view.state === 'passed') return view.elapsed === '' ? '' : words.panels.passedIn(view.elapsed);
  if (view.state === 'failed') {
    const step = failedStepOf(run)?.name ?? '';
    const at = failedCell?.number ?? 0;
    return at > 0 && cells !== undefined ? words.panels.atCell(step, at, cells.total) : step;
  }
  if (!view.active || cells?.current === undefined) return view.active && view.state === 'queued' ? '' : view.detail;
  return words.panels.cellOf(cells.current.number, cells.total);
}

function buttons(run: Run, view: RunView, words: Words, state: HeaderState, actions: HeaderActions): TemplateResult {
  const text = words.panels.actions;
  const stale = state.staleSince !== undefined;
  const off = stale || state.busy !== undefined;
  const mine = run.foreign !== true;
  const retry = view.state === 'failed' ? undefined : retryOf(run);
  return html`
    ${
      view.active
        ? html`<button class="b" ?disabled=${off || run.cancelRequested} @click=${actions.cancel}>
            ${icon('stop')} ${run.cancelRequested || state.busy === 'cancel' ? words.cancelling : text.cancel}
          </button>`
        : nothing
    }
    ${
      retry === undefined
        ? nothing
        : html`<button class="b" ?disabled=${off} @click=${actions.retry}>
            ${text.retryFrom(shownText(retry.from))}
          </button>`
    }
    ${
      mine && !view.active
        ? html`<button class="b" ?disabled=${off} @click=${actions.rerun}>${text.rerun}</button>`
        : nothing
    }
    ${
      mine
        ? html`<button class="b" ?disabled=${stale} @click=${actions.editAndRerun}>${text.editAndRerun}</button>`
        : nothing
    }
    <button class="b q" title=${text.openLog} @click=${actions.openLog}>
      ${icon('log')} <span>${text.openLog}</span>
    </button>
    <button class="b q" title=${text.copyCommand} @click=${actions.copyCommand}>
      ${icon('copy')} <span>${state.busy === 'copied' ? text.copied : text.copyCommand}</span>
    </button>
  `;
}

function question(words: Words, actions: HeaderActions): TemplateResult {
  const text = words.panels.actions;
  return html`<div class="note ask" role="alertdialog" aria-label=${text.cancel} aria-describedby="ask">
    ${icon('lost', 'c-waiting')}
    <p class="grow" id="ask">${text.confirmCancel}</p>
    <button class="b" id="reallyCancel" @click=${actions.cancel}>${text.reallyCancel}</button>
    <button class="b" @click=${actions.keepRunning}>${text.keepRunning}</button>
  </div>`;
}

function facts(run: Run, view: RunView, words: Words, { now, locale, pages }: HeaderState): TemplateResult {
  const text = words.panels.facts;
  const exact = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' });
  const time = (at: number): TemplateResult => {
    const ago = relativeTime(at, now, words, locale);
    const isToday = now - at < 86_400_000;
    return html`<time title=${exact.format(at)}>${isToday ? words.panels.timeAndAgo(clock(at), ago) : ago}</time>`;
  };
  const { startedAt, finishedAt } = run;
  const when =
    finishedAt !== undefined
      ? fact(text.ended, time(finishedAt))
      : startedAt === undefined
        ? fact(text.queued, time(run.createdAt))
        : fact(text.started, time(startedAt));
  return html`<dl class="facts">
    ${fact(text.run, cutName(run.name))} ${fact(text.context, shownText(run.context))} ${when}
    ${view.elapsed === '' ? nothing : fact(view.active ? text.elapsed : text.took, html`${view.elapsed}`)}
    ${run.user === undefined ? nothing : fact(text.by, shownText(run.user), 'opt')}
    ${run.trigger === undefined ? nothing : fact(text.startedFrom, shownText(triggerText(run.trigger, words)), 'opt')}
    ${run.reuses === undefined ? nothing : fact(text.reuses, cutName(run.reuses.run), 'opt')}
    ${pagesFact(pages, text.links)}
  </dl>`;
}

function pagesFact({ links, trouble }: RunPages, name: string): TemplateResult | typeof nothing {
  if (trouble !== undefined) return fact(name, shownText(trouble.message));
  return links.length === 0 ? nothing : fact(name, html`<span class="links">${links.map(pageLink)}</span>`);
}

function pageLink({ label, url }: RunLink): TemplateResult {
  return html`<a class="link" href=${url} target="_blank" rel="noopener noreferrer">${shownText(label)}</a>`;
}

function triggerText({ source, detail }: NonNullable<Run['trigger']>, words: Words): string {
  const name = source === 'cli' ? words.panels.facts.commandLine : (hostProducts.get(source) ?? source);
  return detail === undefined ? name : `${name}, ${detail}`;
}

function fact(name: string, value: TemplateResult | string, className = ''): TemplateResult {
  return html`<div class=${className}>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`;
}
