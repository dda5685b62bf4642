/** Shows a candidate's evidence as rendered Markdown. */
import * as vscode from 'vscode';
import { shortName } from '../format';
import { isRefusal, type Call, type Candidate } from '../protocol';
import { EVIDENCE, evidenceOf, refOf } from './uris';

export function provideEvidence(call: Call): vscode.Disposable {
  return vscode.workspace.registerTextDocumentContentProvider(EVIDENCE, {
    async provideTextDocumentContent(uri) {
      const ref = refOf(uri);
      const answer = ref && await call('orps.server.content', ref);
      if (!answer) {
        return '';
      }
      return isRefusal(answer) ? `${answer.error}\n\n${answer.advice}` : answer.evidence;
    },
  });
}

export async function showEvidence(candidate: Candidate): Promise<void> {
  const uri = evidenceOf(vscode.l10n.t('Evidence for {0}', shortName(candidate.qualname)), candidate);
  await vscode.commands.executeCommand('markdown.showPreview', uri);
}
