/** Shows running jobs and waiting candidates in the status bar, and nothing when there are none. */
import * as vscode from 'vscode';
import { times } from '../format';
import type { JobReader } from './store';

export function createStatusBar(store: JobReader): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('orps.jobs', vscode.StatusBarAlignment.Left, 10);
  item.name = vscode.l10n.t('ORPS runs');
  item.command = 'orps.showCandidates';
  const update = (): void => {
    const text = statusText(store);
    if (text === undefined) {
      item.hide();
      return;
    }
    item.text = text;
    item.tooltip = store.jobs.map((job) => `${job.qualname}: ${job.message}`).join('\n');
    item.show();
  };
  return vscode.Disposable.from(item, store.onDidChange(update));
}

function statusText({ jobs }: JobReader): string | undefined {
  const running = jobs.filter((job) => job.state === 'running' && !job.background);
  // What was found for an earlier text waits for nobody.
  const useful = jobs.filter((job) => job.state !== 'stale' && job.candidates > 0);
  const waiting = useful.reduce((sum, job) => sum + job.candidates, 0);
  const [first] = running;
  if (!first && waiting === 0) {
    return undefined;
  }
  const best = Math.max(0, ...useful.map((job) => job.best ?? 0));
  const parts: string[] = [];
  if (running.length > 1) {
    parts.push(vscode.l10n.t('{0} runs', running.length));
  } else if (first) {
    parts.push(first.rounds > 0 ? vscode.l10n.t('round {0}/{1}', first.round, first.rounds) : first.message);
  }
  if (best > 0) {
    parts.push(vscode.l10n.t('best {0}', times(best)));
  } else if (waiting > 0) {
    parts.push(waiting === 1 ? vscode.l10n.t('1 candidate') : vscode.l10n.t('{0} candidates', waiting));
  }
  return `${first ? '$(sync~spin)' : '$(zap)'} ORPS ${parts.join(' · ')}`;
}
