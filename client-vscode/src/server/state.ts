/** What can be said about the server at any moment. */
import type { ServerStatus } from '../protocol';

export type ServerState =
  | { readonly kind: 'restricted' }
  | { readonly kind: 'starting' }
  | { readonly kind: 'running'; readonly status: ServerStatus }
  | { readonly kind: 'missing' }
  | { readonly kind: 'stopped' };

export const READY: ServerStatus = { health: 'ok', message: '', running: 0 };
