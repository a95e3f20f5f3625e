import { SlipwayError } from '../../protocol/index.ts';

/** What stands in a manifest as it is. Nothing that passes here holds `$(`, which Tekton and Kubernetes expand. */

const shown = (text: string): string => JSON.stringify(text.slice(0, 100));

const dnsName = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** The name of an object that is there already. @throws SlipwayError `spec.invalid` */
export function checkObjectName(name: string, where: string): string {
  if (name.length <= 253 && dnsName.test(name)) return name;
  throw new SlipwayError('spec.invalid', `${where}: ${shown(name)} is not a name that a Kubernetes object can have.`, {
    action: 'Names have lower-case letters, digits, "-" and ".", with a letter or digit at both ends.',
  });
}

/** A key in a Secret. @throws SlipwayError `spec.invalid` */
export function checkSecretKey(key: string, where: string): string {
  if (/^[-._A-Za-z0-9]{1,253}$/.test(key) && !key.startsWith('..') && key !== '.') return key;
  throw new SlipwayError('spec.invalid', `${where}: ${shown(key)} is not a key that a Secret can have.`, {
    action: 'Keys have letters, digits, "-", "_" and ".".',
  });
}

const qualifiedPart = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

function isQualifiedName(name: string): boolean {
  const parts = name.split('/');
  const [prefix = '', part = ''] = parts.length === 1 ? [undefined, ...parts] : parts;
  const prefixFits = parts.length === 1 || (prefix.length <= 253 && dnsName.test(prefix));
  return parts.length <= 2 && prefixFits && qualifiedPart.test(part);
}

/** Labels by key, as a node selector has them. @throws SlipwayError `spec.invalid` */
export function checkLabels(selector: Readonly<Record<string, string>>, where: string): void {
  for (const [key, value] of Object.entries(selector)) {
    checkLabelKey(key, where);
    checkLabelValue(value, `${where}, ${key}`);
  }
}

/** @throws SlipwayError `spec.invalid` */
export function checkLabelKey(key: string, where: string): void {
  if (isQualifiedName(key)) return;
  throw new SlipwayError('spec.invalid', `${where}: ${shown(key)} is not the key of a label or taint.`, {
    action: 'A key looks like accelerator or nvidia.com/gpu.product.',
  });
}

/** @throws SlipwayError `spec.invalid` */
export function checkLabelValue(value: string, where: string): void {
  if (value === '' || qualifiedPart.test(value)) return;
  throw new SlipwayError('spec.invalid', `${where}: ${shown(value)} is not the value of a label or taint.`, {
    action: 'Values have letters, digits, "-", "_" and ".", at most 63 characters.',
  });
}

/** The name of a resource that a device plugin offers, such as `nvidia.com/gpu`. @throws SlipwayError `spec.invalid` */
export function checkResourceName(name: string, where: string): string {
  const own = ['cpu', 'memory'].includes(name);
  const known = name === 'ephemeral-storage' || name.startsWith('hugepages-') || name.includes('/');
  if (!own && known && isQualifiedName(name)) return name;
  throw new SlipwayError('spec.invalid', `${where}: ${shown(name)} is not a resource of its own.`, {
    action: own ? `Give ${name} as a field of the instance type.` : 'A resource looks like nvidia.com/gpu.',
  });
}

/**
 * A text that goes into an environment variable as it is: a line without blanks at its ends.
 * @throws SlipwayError `spec.invalid`
 */
export function checkLiteral(value: string, where: string): string {
  if (value !== '' && value.length <= 4096 && !value.includes('$(') && !/[\p{Cc}\p{Cs}]|^\s|\s$/u.test(value)) {
    return value;
  }
  throw new SlipwayError('spec.invalid', `${where}: ${shown(value)} cannot be passed on as it is.`, {
    action: 'Write it out in one line, without $(…), which Kubernetes would expand.',
  });
}
