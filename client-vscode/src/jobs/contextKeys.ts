/** Keeps the `when` contexts orps.running and orps.hasCandidates true to the store. */
import * as vscode from 'vscode';
import type { JobReader } from './store';

export function keepContextKeys(store: JobReader): vscode.Disposable {
  const known = new Map<string, boolean>();
  const set = (key: string, value: boolean): void => {
    if (known.get(key) !== value) {
      known.set(key, value);
      void vscode.commands.executeCommand('setContext', key, value);
    }
  };
  return store.onDidChange(() => {
    set('orps.running', store.jobs.some((job) => job.state === 'running'));
    set('orps.hasCandidates', store.jobs.some((job) => store.candidates(job.jobId).length > 0));
  });
}
