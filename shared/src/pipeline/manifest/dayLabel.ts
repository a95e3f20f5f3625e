import type { KubernetesObject } from './kubernetesObject.ts';
import { labels } from './names.ts';

/** Of `labels.day`: the day in UTC, such as 2026-11-26. Undefined where no label could hold it. @param timeMs epoch ms */
export function dayOf(timeMs: number): string | undefined {
  const date = new Date(timeMs);
  if (Number.isNaN(date.getTime())) return undefined;
  const [day = ''] = date.toISOString().split('T', 1);
  return /^\d{4}-/.test(day) ? day : undefined;
}

/** An object that is about to be made, with the day as a label. @param timeMs epoch ms by the cluster's clock */
export function dated<Made extends KubernetesObject>(object: Made, timeMs: number | undefined): Made {
  const day = timeMs === undefined ? undefined : dayOf(timeMs);
  if (day === undefined) return object;
  const { metadata } = object;
  return { ...object, metadata: { ...metadata, labels: { ...metadata.labels, [labels.day]: day } } };
}
