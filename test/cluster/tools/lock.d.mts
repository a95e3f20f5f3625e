/**
 * Does `work` while holding the lock `name` of `folder`, the cluster's cache folder unless another is given; `log` hears when
 * another process holds it.
 */
export function locked<T>(
  name: string,
  log: (line: string) => void,
  work: () => Promise<T>,
  folder?: string,
): Promise<T>;
