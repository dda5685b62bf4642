/** Builds the language client: command line, documents, negotiation. */
import { createInterface } from 'node:readline';
import * as vscode from 'vscode';
import {
  LanguageClient,
  RevealOutputChannelOn,
  TransportKind,
  type ClientCapabilities,
  type FeatureState,
  type StaticFeature,
} from 'vscode-languageclient/node';
import { PROTOCOL_VERSION } from '../protocol';
import { allSettings } from '../settings';
import { serverEnvironment, type CommandLine } from './interpreter';

const FILES = { language: 'python', scheme: 'file' };

/** Where there are functions to refine. Cells belong to notebooks of any kind. */
export const SELECTOR: readonly vscode.DocumentFilter[] = [FILES, { language: 'python', notebookType: '*' }];

/** What happens around a server command that the editor runs for a lens or a code action. */
export type Around = (command: string, argument: unknown, next: () => Promise<unknown>) => Promise<unknown>;

export function createClient(
  [command, ...before]: CommandLine,
  log: vscode.LogOutputChannel,
  around: Around,
): LanguageClient {
  // The language client adds --stdio itself for this transport.
  const args = [...before, '-P', '-X', 'utf8', '-m', 'orps_server'];
  const client = new LanguageClient(
    'orps',
    'ORPS',
    { command, args, transport: TransportKind.stdio, options: { env: serverEnvironment() } },
    {
      documentSelector: [FILES, { language: 'python', notebook: '*' }], // the same in the protocol's words
      outputChannel: log,
      traceOutputChannel: log,
      stdioOptions: {
        stdout: () => undefined,
        // The server writes its log there, errors or not; "error" for each line would cry wolf.
        stderr: (input, channel) => { createInterface({ input }).on('line', (line) => { channel.info(line); }); },
      },
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      initializationOptions: { settings: allSettings() },
      middleware: {
        executeCommand: (name, argument: unknown[], next) =>
          around(name, argument[0], async () => { const answer: unknown = await next(name, argument); return answer; }),
      },
    },
  );
  client.registerFeature(new Announcement());
  return client;
}

/** Tells the server that this client knows the orps/* messages, opens its own diffs and shows runs its own way. */
class Announcement implements StaticFeature {
  fillClientCapabilities(capabilities: ClientCapabilities): void {
    const experimental = capabilities.experimental as object | undefined;
    capabilities.experimental = { ...experimental, orps: { protocolVersion: PROTOCOL_VERSION, review: true, lm: true } };
    // The language client would show each run's progress beside our own item in the status bar.
    capabilities.window = { ...capabilities.window, workDoneProgress: false };
  }

  initialize(): void { /* Nothing depends on the answer yet: there is only one version. */ }

  getState(): FeatureState {
    return { kind: 'static' };
  }

  clear(): void { /* It holds nothing. */ }
}
