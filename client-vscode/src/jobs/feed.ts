/** Carries what the server tells into the store. */
import * as vscode from 'vscode';
import type { JobState } from '../protocol';
import { closeDiffs } from '../review/diffs';
import type { Server } from '../server/server';
import type { JobStore } from './store';

export function feed(store: JobStore, server: Server, log: vscode.LogOutputChannel): vscode.Disposable {
  return vscode.Disposable.from(
    server.onCandidate((candidate) => { store.addCandidate(candidate); }),
    server.onJobState((job) => {
      store.setJob(job);
      complete(store, server, job).catch((error: unknown) => { log.warn(String(error)); });
    }),
    server.onDidChangeState(({ kind }) => {
      if (kind !== 'running') {
        // A new server knows nothing of the old one's jobs; at the start, of those of an earlier window.
        store.clear();
        closeDiffs(() => true).catch((error: unknown) => { log.warn(String(error)); });
      }
    }),
  );
}

/** Asks for a job's candidates when their number shows that some were dismissed, or came while nobody listened. */
async function complete(store: JobStore, server: Server, { jobId, candidates }: JobState): Promise<void> {
  if (candidates === store.candidates(jobId).length) {
    return;
  }
  const all = candidates > 0 ? (await server.call('orps.server.candidates', { jobId })).candidates : [];
  if (store.job(jobId)) {
    store.setCandidates(jobId, all);
  }
}
