/** Reads our settings; the one place that knows their names and types. */
import * as vscode from 'vscode';

const SECTION = 'orps';

export function serverInterpreter(): string | readonly string[] {
  return vscode.workspace.getConfiguration(SECTION).get<string | string[]>('serverInterpreter', '');
}

export function saveAfterApply(uri: vscode.Uri): boolean {
  return vscode.workspace.getConfiguration(SECTION, uri).get('saveAfterApply', false);
}

/** First values for the server; it pulls the ones of each document later. */
export function allSettings(): Record<string, unknown> {
  const settings = vscode.workspace.getConfiguration(SECTION);
  const keys = [
    'interpreter', 'model', 'tests', 'objective', 'budgetSeconds', 'modelCalls', 'confinement', 'allowRead', 'allowLoopback',
    'diagnostics', 'onSave',
  ];
  return Object.fromEntries(keys.map((key) => [key, settings.get(key)]));
}

export function changesServerInterpreter(event: vscode.ConfigurationChangeEvent): boolean {
  return event.affectsConfiguration(`${SECTION}.serverInterpreter`);
}
