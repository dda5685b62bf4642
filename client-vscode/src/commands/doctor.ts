/** Opens what the server found out about this machine and this project, as a document. */
import * as vscode from 'vscode';
import { isRefusal, type Call } from '../protocol';

export async function showDoctor(call: Call): Promise<void> {
  const uri = vscode.window.activeTextEditor?.document.uri;
  const location = { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('ORPS: looking at what it needs here') };
  const report = await vscode.window.withProgress(location, () =>
    call('orps.server.doctor', uri?.scheme === 'file' ? { uri: uri.toString() } : {}));
  if (isRefusal(report)) {
    void vscode.window.showWarningMessage(`${report.error} ${report.advice}`);
    return;
  }
  const document = await vscode.workspace.openTextDocument({ content: `${report.text}\n`, language: 'plaintext' });
  await vscode.window.showTextDocument(document, { preview: false });
}
