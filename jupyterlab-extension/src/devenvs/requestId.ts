/** Names a request for the notifications about it. A page that came by plain HTTP has no `crypto.randomUUID`. */
export function requestId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
