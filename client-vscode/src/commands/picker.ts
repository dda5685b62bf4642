/** The list of candidates, growing while runs find more; picking one opens its review. */
import * as vscode from 'vscode';
import { headline, proof, shortName } from '../format';
import type { JobReader } from '../jobs/store';
import type { Call, Candidate, JobState } from '../protocol';

interface Item extends vscode.QuickPickItem {
  readonly chosen?: () => unknown;
}

export function showCandidates(store: JobReader, call: Call): void {
  const picker = vscode.window.createQuickPick<Item>();
  picker.title = vscode.l10n.t('ORPS candidates');
  picker.placeholder = vscode.l10n.t('Pick a candidate to review');
  picker.matchOnDescription = true;
  picker.matchOnDetail = true;
  const update = (): void => {
    picker.items = store.jobs.flatMap((job) => itemsOf(job, store, call));
    picker.busy = store.jobs.some((job) => job.state === 'running');
  };
  const subscription = store.onDidChange(update);
  picker.onDidHide(() => { subscription.dispose(); picker.dispose(); });
  picker.onDidAccept(() => {
    const [item] = picker.selectedItems;
    picker.hide();
    item?.chosen?.();
  });
  update();
  picker.show();
}

function itemsOf(job: JobState, store: JobReader, call: Call): Item[] {
  const { qualname, state, jobId } = job;
  const label = state === 'stale' ? vscode.l10n.t('{0}, for an earlier version', qualname) : qualname;
  const heading = { label, kind: vscode.QuickPickItemKind.Separator };
  const items: Item[] = store.candidates(jobId).map(itemOf);
  if (job.state === 'running') {
    items.push({
      label: vscode.l10n.t('$(debug-stop) Stop refining {0}', shortName(qualname)),
      chosen: () => call('orps.server.stop', { jobId }),
    });
  }
  return items.length > 0 ? [heading, ...items] : [];
}

function itemOf(candidate: Candidate): Item {
  const icon = candidate.best ? '$(star-full)' : '$(zap)';
  const caution = candidate.speculative ? vscode.l10n.t('not equivalent by construction') : '';
  return {
    label: `${icon} ${headline(candidate.title)}`,
    description: candidate.author,
    detail: [proof(candidate.title), caution, candidate.rationale].filter(Boolean).join(' · '),
    chosen: () => vscode.commands.executeCommand('orps.review', candidate),
  };
}
