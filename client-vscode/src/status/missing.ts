/** Says once that no Python can run the server, and what to do; again only when asked to restart. */
import * as vscode from 'vscode';

const INSTALL = 'python3 -m pip install orps';

export class MissingServerMessage {
  private said = false;

  /** A person asked for a restart and wants to hear how it went. */
  allowAgain(): void {
    this.said = false;
  }

  async show(): Promise<void> {
    if (this.said) {
      return;
    }
    this.said = true;
    const settings = vscode.l10n.t('Open Setting');
    const copy = vscode.l10n.t('Copy Command');
    const choice = await vscode.window.showErrorMessage(
      vscode.l10n.t(
        'ORPS found no Python 3.11 or newer that has the package orps. Install it with “{0}”, or name the Python in the setting orps.serverInterpreter.',
        INSTALL,
      ),
      settings,
      copy,
    );
    if (choice === settings) {
      await vscode.commands.executeCommand('workbench.action.openSettings', 'orps.serverInterpreter');
    } else if (choice === copy) {
      await vscode.env.clipboard.writeText(INSTALL);
    }
  }
}
