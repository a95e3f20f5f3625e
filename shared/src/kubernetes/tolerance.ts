import { isForbidden, isNotFound } from './errors.ts';

/** What a request gives; undefined where the object, its type or its namespace is not there. */
export function unlessMissing<T>(request: () => Promise<T>): Promise<T | undefined> {
  return undefinedWhere(isNotFound, request);
}

/** What a request gives; undefined where the user may not make it. */
export function unlessForbidden<T>(request: () => Promise<T>): Promise<T | undefined> {
  return undefinedWhere(isForbidden, request);
}

/** What a request gives; undefined where there is nothing that the user could see. */
export function unlessUnseen<T>(request: () => Promise<T>): Promise<T | undefined> {
  return undefinedWhere((error) => isForbidden(error) || isNotFound(error), request);
}

async function undefinedWhere<T>(
  isTolerated: (error: unknown) => boolean,
  request: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await request();
  } catch (error) {
    if (isTolerated(error)) return undefined;
    throw error;
  }
}
