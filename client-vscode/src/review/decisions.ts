/** What follows when a candidate was applied, refused or dismissed, wherever the person decided it. */
import * as vscode from 'vscode';
import type { JobReader } from '../jobs/store';
import { isCandidateRef, isRefusal, type Applied, type CandidateRef, type Refusal, type Target } from '../protocol';
import { saveAfterApply } from '../settings';
import { closeDiffs } from './diffs';

export class Decisions {
  constructor(private readonly store: JobReader) {}

  /** Runs a server command that the editor, a lens or our own command started, and does what follows from its answer. */
  async around(command: string, argument: unknown, next: () => Promise<unknown>): Promise<unknown> {
    // The job may be gone from the store afterwards.
    const ref = isCandidateRef(argument) ? argument : undefined;
    const target = ref && this.store.job(ref.jobId);
    const answer = await next();
    if (command === 'orps.server.apply' && ref) {
      await this.applied(ref, target, answer as Applied);
    } else if (command === 'orps.server.dismiss') {
      await this.dismissed(argument as CandidateRef | { jobId: string });
    } else if (command === 'orps.server.refine' && isRefusal(answer as object)) {
      this.refused(answer as Refusal);
    }
    return answer;
  }

  private async applied(ref: CandidateRef, target: Target | undefined, answer: Applied): Promise<void> {
    if (!answer.applied) {
      void this.explain(answer, target);
      return;
    }
    await closeDiffs((other) => other.jobId === ref.jobId);
    const uri = target && vscode.Uri.parse(target.uri);
    if (uri && saveAfterApply(uri)) {
      await vscode.workspace.save(uri);
    }
  }

  private async dismissed(what: CandidateRef | { jobId: string }): Promise<void> {
    await closeDiffs((other) => other.jobId === what.jobId
      && (!isCandidateRef(what) || other.candidateId === what.candidateId));
  }

  private refused({ error, advice }: Refusal): void {
    void vscode.window.showWarningMessage(`${error} ${advice}`.trim());
  }

  private async explain({ reason, advice }: Applied, target: Target | undefined): Promise<void> {
    const again = vscode.l10n.t('Refine Again');
    const text = [reason ?? vscode.l10n.t('The candidate was not applied.'), advice ?? ''].join(' ').trim();
    const choice = await vscode.window.showWarningMessage(text, ...(target ? [again] : []));
    if (choice === again && target) {
      await vscode.commands.executeCommand('orps.server.refine', { uri: target.uri, qualname: target.qualname });
    }
  }
}
