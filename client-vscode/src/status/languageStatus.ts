/** The language status item of Python files: is ORPS well, and if not, what to do. */
import * as vscode from 'vscode';
import { SELECTOR } from '../server/client';
import type { ServerStatus } from '../protocol';
import type { Server } from '../server/server';
import type { ServerState } from '../server/state';

const SEVERITY = {
  ok: vscode.LanguageStatusSeverity.Information,
  warning: vscode.LanguageStatusSeverity.Warning,
  error: vscode.LanguageStatusSeverity.Error,
};

interface Face {
  readonly text: string;
  readonly detail?: string;
  readonly severity?: vscode.LanguageStatusSeverity;
  readonly busy?: boolean;
  readonly command: vscode.Command;
}

export function createLanguageStatus(server: Server): vscode.Disposable {
  const item = vscode.languages.createLanguageStatusItem('orps.status', SELECTOR);
  item.name = 'ORPS';
  const update = (state: ServerState): void => {
    const { text, detail, severity, busy, command } = faceOf(state);
    item.text = text;
    item.detail = detail ?? '';
    item.severity = severity ?? vscode.LanguageStatusSeverity.Information;
    item.busy = busy ?? false;
    item.command = command;
  };
  update(server.state);
  return vscode.Disposable.from(item, server.onDidChangeState(update));
}

function faceOf(state: ServerState): Face {
  const logs = { command: 'orps.showLogs', title: vscode.l10n.t('Show Logs') };
  const restart = { command: 'orps.restart', title: vscode.l10n.t('Restart') };
  switch (state.kind) {
    case 'restricted':
      return {
        text: vscode.l10n.t('ORPS: restricted – trust this workspace to enable'),
        severity: vscode.LanguageStatusSeverity.Warning,
        command: { command: 'workbench.trust.manage', title: vscode.l10n.t('Manage Trust') },
      };
    case 'starting':
      return { text: 'ORPS', detail: vscode.l10n.t('starting'), busy: true, command: logs };
    case 'missing':
      return {
        text: vscode.l10n.t('ORPS: no Python 3.11 or newer with the package orps'),
        severity: vscode.LanguageStatusSeverity.Error,
        command: restart,
      };
    case 'stopped':
      return {
        text: vscode.l10n.t('ORPS: the server has stopped'),
        severity: vscode.LanguageStatusSeverity.Error,
        command: restart,
      };
    case 'running':
      return {
        text: 'ORPS',
        detail: state.status.message || readyDetail(state.status),
        severity: SEVERITY[state.status.health],
        busy: state.status.running > 0,
        command: logs,
      };
  }
}

/** What the last run worked with, once there was one. */
function readyDetail({ confinement, model, tests, interpreter }: ServerStatus): string {
  const parts = [
    vscode.l10n.t('ready'),
    confinement && `${vscode.l10n.t('confinement')}: ${confinement}`,
    model && `${vscode.l10n.t('model')}: ${model}`,
    tests && `${vscode.l10n.t('tests')}: ${tests}`,
    interpreter && `${vscode.l10n.t('interpreter')}: ${interpreter}`,
  ];
  return parts.filter(Boolean).join(' · ');
}
