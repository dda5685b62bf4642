/** Says for a moment how a run ended when it left nothing to look at; of failures the server itself tells. */
import * as vscode from 'vscode';
import type { JobState } from '../protocol';

const SHOWN_MS = 10_000;

export function announceEndings(onJobState: vscode.Event<JobState>): vscode.Disposable {
  const running = new Set<string>();
  return onJobState((job) => {
    if (job.background) {
      return; // Nobody waits for it; the line above the function says what came of it.
    }
    if (job.state === 'running') {
      running.add(job.jobId);
    } else if (running.delete(job.jobId)) {
      announce(job);
    }
  });
}

function announce({ state, qualname, candidates, message }: JobState): void {
  if (state !== 'failed' && candidates === 0) {
    vscode.window.setStatusBarMessage(`$(circle-slash) ORPS ${qualname}: ${message}`, SHOWN_MS);
  }
}
