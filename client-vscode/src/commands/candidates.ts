/** Review, decide and walk through candidates; all of these take a candidate, a diff, or the best of the open file. */
import * as vscode from 'vscode';
import type { JobReader } from '../jobs/store';
import { isCandidateRef, isRefusal, type Applied, type Call, type CandidateRef } from '../protocol';
import { activeRef, closeDiffs, diffTitle, openDiff } from '../review/diffs';
import { openDocument } from '../review/documents';
import { showEvidence } from '../review/evidence';
import { leftSideOf, refOf, RIGHT_SIDE } from '../review/uris';

export class CandidateCommands {
  constructor(private readonly store: JobReader, private readonly call: Call) {}

  async review(argument?: unknown): Promise<void> {
    const ref = this.meant(argument);
    if (!ref) {
      return;
    }
    await this.openFileOf(ref);
    const content = await this.call('orps.server.content', ref);
    if (isRefusal(content)) {
      void vscode.window.showWarningMessage(`${content.error} ${content.advice}`.trim());
      return;
    }
    const candidate = this.store.find(ref);
    await openDiff(vscode.Uri.parse(content.uri), ref, candidate ? diffTitle(candidate) : content.title);
  }

  async apply(argument?: unknown): Promise<Applied | undefined> {
    const ref = this.meant(argument);
    if (!ref) {
      return undefined;
    }
    await this.openFileOf(ref);
    return vscode.commands.executeCommand<Applied>('orps.server.apply', plain(ref));
  }

  async dismiss(argument?: unknown): Promise<void> {
    const ref = this.meant(argument);
    if (ref) {
      await vscode.commands.executeCommand('orps.server.dismiss', plain(ref));
    }
  }

  async evidence(argument?: unknown): Promise<void> {
    const ref = this.meant(argument);
    const candidate = ref && this.store.find(ref);
    if (candidate) {
      await showEvidence(candidate);
    }
  }

  /** Shows the next or the previous candidate of the same run in place of this one. */
  async walk(step: 1 | -1, argument?: unknown): Promise<void> {
    const ref = this.meant(argument);
    const all = ref ? this.store.candidates(ref.jobId) : [];
    const here = all.findIndex((one) => one.candidateId === ref?.candidateId);
    const next = all.at((here + step) % all.length);
    if (!ref || !next || next.candidateId === ref.candidateId) {
      vscode.window.setStatusBarMessage(vscode.l10n.t('ORPS: there is no other candidate.'), 5000);
      return;
    }
    await this.review(next);
    await closeDiffs((other) => other.jobId === ref.jobId && other.candidateId !== next.candidateId);
  }

  private async openFileOf({ jobId }: CandidateRef): Promise<void> {
    const job = this.store.job(jobId);
    if (job) {
      await openDocument(vscode.Uri.parse(job.uri));
    }
  }

  /** An argument of a lens or of the editor's title menu, the diff in front, or the best one of the file in front. */
  private meant(argument: unknown): CandidateRef | undefined {
    if (isCandidateRef(argument)) {
      return argument;
    }
    const inMenu = argument instanceof vscode.Uri && argument.scheme === RIGHT_SIDE ? refOf(argument) : undefined;
    const ref = inMenu ?? activeRef() ?? this.store.best(activeFile()?.toString());
    if (!ref) {
      void vscode.window.showInformationMessage(vscode.l10n.t('ORPS has no candidate for this file.'));
    }
    return ref;
  }
}

function activeFile(): vscode.Uri | undefined {
  const uri = vscode.window.activeTextEditor?.document.uri;
  return uri?.scheme === RIGHT_SIDE ? leftSideOf(uri) : uri;
}

/** A candidate is a reference with more in it; the server asked for the reference. */
function plain({ jobId, candidateId }: CandidateRef): CandidateRef {
  return { jobId, candidateId };
}
