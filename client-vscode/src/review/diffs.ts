/** Opens, finds and closes the diff editors of candidates. */
import * as vscode from 'vscode';
import { headline, shortName } from '../format';
import type { Candidate, CandidateRef } from '../protocol';
import { showDocument } from './documents';
import { leftSideOf, refOf, RIGHT_SIDE, rightSideOf } from './uris';

export async function openDiff(file: vscode.Uri, ref: CandidateRef, title: string): Promise<void> {
  await vscode.commands.executeCommand('vscode.diff', file, rightSideOf(file, ref), title, {
    preview: true,
    preserveFocus: false,
  } satisfies vscode.TextDocumentShowOptions);
}

export function diffTitle({ qualname, title }: Candidate): string {
  return vscode.l10n.t('{0}: current ↔ {1}', shortName(qualname), headline(title));
}

/** The candidate whose diff has the focus. */
export function activeRef(): CandidateRef | undefined {
  const right = rightSideIn(vscode.window.tabGroups.activeTabGroup.activeTab);
  return right && refOf(right);
}

/** Closes the diffs that `matches` picks; when the one in front was among them, its file comes to the front. */
export async function closeDiffs(matches: (ref: CandidateRef) => boolean): Promise<void> {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  const closing = tabs.filter((tab) => {
    const right = rightSideIn(tab);
    const ref = right && refOf(right);
    return ref !== undefined && matches(ref);
  });
  const front = closing.find((tab) => tab.isActive && tab.group.isActive);
  const right = rightSideIn(front);
  await vscode.window.tabGroups.close(closing);
  if (right) {
    await showDocument(leftSideOf(right));
  }
}

function rightSideIn(tab: vscode.Tab | undefined): vscode.Uri | undefined {
  const input = tab?.input;
  return input instanceof vscode.TabInputTextDiff && input.modified.scheme === RIGHT_SIDE ? input.modified : undefined;
}
