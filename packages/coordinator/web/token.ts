/** The token comes in the fragment of the link, which no browser sends and no log sees, and stays in this tab. */
const KEY = 'outrider-token';

let changed: () => void = () => undefined;

/** Calls when there is none any more. */
export function onTokenRefused(listener: () => void): void {
  changed = listener;
}

/** Takes it out of the address bar. */
export function takeToken(): void {
  const given = new URLSearchParams(location.hash.slice(1)).get('token');
  if (given === null) return;
  sessionStorage.setItem(KEY, given);
  history.replaceState(null, '', location.pathname);
}

export const token = (): string | undefined => sessionStorage.getItem(KEY) ?? undefined;

/** The coordinator does not take it: `refused`, unless another has come meanwhile. */
export function dropToken(refused: string): void {
  if (token() !== refused) return;
  sessionStorage.removeItem(KEY);
  changed();
}

export const bearer = (): Record<string, string> => ({ authorization: `Bearer ${token() ?? ''}` });

/** As a protocol of a WebSocket, where a page can set no header. */
export function protocols(): string[] {
  const known = token();
  if (known === undefined) return [];
  const bytes = new TextEncoder().encode(known);
  const base64 = btoa(String.fromCharCode(...bytes));
  return ['outrider', `bearer.${base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')}`];
}
