/** Does `work` while holding the lock `name` of this machine; `log` hears when another process holds it. */
export function locked<T>(name: string, log: (line: string) => void, work: () => Promise<T>): Promise<T>;
