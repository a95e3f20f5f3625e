import { line } from '../text.ts';
import { amountOf } from '../../../../protocol/index.ts';
import { amountWords } from './amounts.ts';

const refusal = /exceeded quota: ([\w.-]+), requested: ([^\n]+?), used: ([^\n]+?), limited: ([^\s]+)/;

/** "exceeded quota: team, requested: requests.cpu=2, used: requests.cpu=3, limited: requests.cpu=4" in words; undefined for anything else. */
export function quotaWords(message: string): string | undefined {
  const [, name, requested, used, hard] = refusal.exec(message.slice(0, 8_000)) ?? [];
  if (name === undefined) return undefined;
  const [asked, held, limit] = [amounts(requested), amounts(used), amounts(hard)];
  const exceeded = [...asked].filter(([resource, amount]) => {
    const whole = amountOf(limit.get(resource));
    const now = amountOf(held.get(resource));
    return whole === undefined || now === undefined || (amountOf(amount) ?? 0) + now > whole;
  });
  const listed = exceeded.length > 0 ? exceeded : [...asked];
  const parts = listed.map(([resource, amount]) => {
    const [now, whole] = [held.get(resource) ?? '', limit.get(resource) ?? ''];
    return `it asks for ${words(resource, amount)}, and ${words(resource, now)} of ${words(resource, whole)} are in use`;
  });
  const never = listed.some(
    ([resource, amount]) => (amountOf(amount) ?? 0) > (amountOf(limit.get(resource)) ?? Infinity),
  );
  const second = never
    ? 'waiting does not help: it asks for more than the whole quota'
    : 'starts when something else in this space ends and gives enough back';
  return `quota ${name}: ${line(parts.join('; '))}\n${second}`;
}

function amounts(list: string | undefined): ReadonlyMap<string, string> {
  const pairs = (list ?? '').split(',').map((each) => each.trim().split('=', 2));
  return new Map(
    pairs.flatMap(([name = '', value]) => (value === undefined ? [] : [[name, value.replace(/[.\]]+$/, '')]])),
  );
}

function words(resource: string, amount: string): string {
  const [, kind = '', bare = resource] = /^(requests|limits)\.(.+)$/.exec(resource) ?? [];
  const number = amountOf(amount);
  if (number === undefined) return amount === '' ? 'an unknown amount' : amount;
  return kind === '' ? `${amount} ${resource}` : amountWords(number, bare);
}
