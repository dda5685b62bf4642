/** Puts the parts together when a Python file is opened, and takes them apart again. */
import * as vscode from 'vscode';
import type { Api } from './api';
import { registerCommands } from './commands/register';
import { keepContextKeys } from './jobs/contextKeys';
import { announceEndings } from './jobs/endings';
import { feed } from './jobs/feed';
import { createStatusBar } from './jobs/statusBar';
import { JobStore } from './jobs/store';
import { Decisions } from './review/decisions';
import { provideEvidence } from './review/evidence';
import { RightSide } from './review/rightSide';
import { Server } from './server/server';
import { createLanguageStatus } from './status/languageStatus';
import { MissingServerMessage } from './status/missing';

let active: Server | undefined;

export function activate(context: vscode.ExtensionContext): Api {
  const log = vscode.window.createOutputChannel('ORPS', { log: true });
  const store = new JobStore();
  const decisions = new Decisions(store);
  const server = new Server(context.extensionPath, log, decisions.around.bind(decisions), context.languageModelAccessInformation);
  const missing = new MissingServerMessage();
  context.subscriptions.push(
    log, store, server, feed(store, server, log), createLanguageStatus(server), createStatusBar(store),
    keepContextKeys(store), announceEndings(server.onJobState), provideEvidence(server.call),
    new RightSide(server.call, store), registerCommands({ server, store, log, missing }),
    server.onDidChangeState(({ kind }) => {
      if (kind === 'missing') {
        void missing.show();
      }
    }),
  );
  active = server;
  void server.restart();
  return { jobs: store, server };
}

export async function deactivate(): Promise<void> {
  await active?.stop();
  active = undefined;
}
