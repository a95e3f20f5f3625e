import { SlipwayError } from '../../protocol/index.ts';

const registry =
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*(?::\d{1,5})?$/;
const path = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const tagPattern = /^\w[\w.-]{0,127}$/;
const digestPattern = /^sha256:[0-9a-f]{64}$/;

/**
 * Checks the name of a container image: `[REGISTRY[:PORT]/]PATH[:TAG | @DIGEST]`.
 * @returns the same text
 * @throws SlipwayError `spec.invalid`, saying what is wrong with it
 */
export function checkImage(image: string): string {
  const fault = faultOf(image);
  if (fault === undefined) return image;
  const shown = JSON.stringify(image.slice(0, 300));
  throw new SlipwayError('spec.invalid', `The image ${shown} cannot be pulled: ${fault.why}.`, {
    action: fault.action,
  });
}

interface Fault {
  readonly why: string;
  readonly action: string;
}

const form = 'Write it as registry.example.com/team/image:tag.';

function faultOf(image: string): Fault | undefined {
  if (image === '') return { why: 'it is empty', action: form };
  if (/\s/.test(image)) return { why: 'it contains a space', action: form };
  if (image.includes('$(')) {
    return { why: 'variables are not filled in here', action: 'Write the name out: Tekton would expand $(…).' };
  }
  const scheme = /^[a-z+]+:\/\//i.exec(image)?.[0];
  if (scheme !== undefined) {
    return { why: `it begins with ${scheme}`, action: `Leave that out: ${image.slice(scheme.length, 300)}.` };
  }
  if (image.length > 512) return { why: 'it is longer than 512 characters', action: form };
  const [named = '', digest, ...more] = image.split('@');
  if (more.length > 0) return { why: 'it has more than one "@"', action: form };
  return faultOfParts(named, digest);
}

function faultOfParts(named: string, digest: string | undefined): Fault | undefined {
  const slash = named.lastIndexOf('/');
  const colon = named.indexOf(':', slash + 1);
  const name = colon < 0 ? named : named.slice(0, colon);
  const tag = colon < 0 ? undefined : named.slice(colon + 1);
  if (digest !== undefined && tag !== undefined) {
    return {
      why: 'it has a tag and a digest, which some container runtimes refuse',
      action: `Keep one of them: ${name}@${digest} is exact.`,
    };
  }
  if (digest !== undefined && !digestPattern.test(digest)) {
    return {
      why: 'its digest is not sha256 with 64 hexadecimal digits',
      action: 'Copy the digest whole, or use a tag.',
    };
  }
  if (tag !== undefined && !tagPattern.test(tag)) {
    return {
      why: `${JSON.stringify(tag)} is not a tag`,
      action: 'A tag has letters, digits, "_", "." and "-", at most 128.',
    };
  }
  return faultOfName(name);
}

function faultOfName(name: string): Fault | undefined {
  const parts = name.split('/');
  const [first = ''] = parts;
  const hasRegistry = parts.length > 1 && (/[.:]/.test(first) || first === 'localhost');
  if (hasRegistry && !registry.test(first)) {
    return { why: `${JSON.stringify(first)} is not the name of a registry`, action: form };
  }
  const own = hasRegistry ? parts.slice(1) : parts;
  const wrong = own.find((part) => !path.test(part));
  if (wrong === undefined) return undefined;
  if (own.every((part) => path.test(part.toLowerCase()))) {
    const lower = [...(hasRegistry ? [first] : []), ...own.map((part) => part.toLowerCase())].join('/');
    return { why: 'image names are lower case', action: `Write ${lower}.` };
  }
  return {
    why: `${JSON.stringify(wrong)} is not a part of an image name`,
    action: 'Parts have lower-case letters and digits, with ".", "_" or "-" between them.',
  };
}
