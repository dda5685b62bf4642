/** Binds the command ids of package.json to what they do. */
import * as vscode from 'vscode';
import type { JobReader } from '../jobs/store';
import type { Server } from '../server/server';
import type { MissingServerMessage } from '../status/missing';
import { CandidateCommands } from './candidates';
import { showDoctor } from './doctor';
import { showCandidates } from './picker';
import { refineFor, refineFunction, stop, toggleOnSave } from './refine';

export interface Parts {
  readonly server: Server;
  readonly store: JobReader;
  readonly log: vscode.LogOutputChannel;
  readonly missing: MissingServerMessage;
}

export function registerCommands({ server, store, log, missing }: Parts): vscode.Disposable {
  const candidates = new CandidateCommands(store, server.call);
  const commands: Record<string, (argument?: unknown) => unknown> = {
    'orps.refineFunction': () => refineFunction(server),
    'orps.refineFor': () => refineFor(server),
    'orps.toggleOnSave': () => toggleOnSave(server),
    'orps.doctor': () => showDoctor(server.call),
    'orps.stop': () => stop(store, server.call),
    'orps.showCandidates': () => { showCandidates(store, server.call); },
    'orps.review': (argument) => candidates.review(argument),
    'orps.apply': (argument) => candidates.apply(argument),
    'orps.dismiss': (argument) => candidates.dismiss(argument),
    'orps.showEvidence': (argument) => candidates.evidence(argument),
    'orps.nextCandidate': (argument) => candidates.walk(1, argument),
    'orps.previousCandidate': (argument) => candidates.walk(-1, argument),
    'orps.restart': () => { missing.allowAgain(); return server.restart(); },
    'orps.showLogs': () => { log.show(); },
  };
  const ids = Object.entries(commands);
  return vscode.Disposable.from(...ids.map(([id, run]) => vscode.commands.registerCommand(id, run)));
}
