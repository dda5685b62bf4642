/** The life of the one server of this window: started when trusted, restarted in order, asked by typed commands. */
import * as vscode from 'vscode';
import { ExecuteCommandRequest, State, type LanguageClient } from 'vscode-languageclient/node';
import { CANDIDATE, JOB_STATE, LM_CHANGED, STATUS, type Call, type Candidate, type JobState, type ServerStatus } from '../protocol';
import { changesServerInterpreter, serverInterpreter } from '../settings';
import { lendModels, onDidChangeModels, type Access } from '../lm/bridge';
import { createClient, type Around } from './client';
import { findInterpreter } from './interpreter';
import { CoalescingQueue } from './queue';
import { READY, type ServerState } from './state';

export class Server implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<ServerState>();
  private readonly jobs = new vscode.EventEmitter<JobState>();
  private readonly candidates = new vscode.EventEmitter<Candidate>();
  private readonly queue = new CoalescingQueue(() => this.replace());
  private readonly subscriptions: vscode.Disposable;
  private current: ServerState = { kind: 'starting' };
  private running: LanguageClient | undefined;

  readonly onDidChangeState = this.changed.event;
  readonly onJobState = this.jobs.event;
  readonly onCandidate = this.candidates.event;

  constructor(
    private readonly home: string,
    private readonly log: vscode.LogOutputChannel,
    private readonly around: Around,
    private readonly access: Access,
  ) {
    this.subscriptions = vscode.Disposable.from(
      this.changed, this.jobs, this.candidates,
      onDidChangeModels(access, () => void this.client?.sendNotification(LM_CHANGED)),
      vscode.workspace.onDidGrantWorkspaceTrust(() => void this.restart()),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (changesServerInterpreter(event)) {
          void this.restart();
        }
      }),
    );
  }

  get state(): ServerState {
    return this.current;
  }

  /** The client while it can be asked. */
  get client(): LanguageClient | undefined {
    return this.running?.state === State.Running ? this.running : undefined;
  }

  /** Starts it, too: there may be none yet. */
  restart(): Promise<void> {
    return this.queue.run();
  }

  readonly call: Call = async (command, argument) => {
    const client = this.client;
    if (!client) {
      throw new Error(vscode.l10n.t('The ORPS server is not running.'));
    }
    // The answer's shape is the contract in docs/protocol.md.
    return await client.sendRequest(ExecuteCommandRequest.type, { command, arguments: [argument] }) as never;
  };

  async stop(): Promise<void> {
    const client = this.running;
    this.running = undefined;
    try {
      await client?.dispose();
    } catch (error) {
      // A server that crashed or hangs cannot say goodbye; the language client has killed it by now.
      this.log.warn(String(error));
    }
  }

  dispose(): void {
    this.subscriptions.dispose();
  }

  private async replace(): Promise<void> {
    await this.stop();
    if (!vscode.workspace.isTrusted) {
      this.become({ kind: 'restricted' });
      return;
    }
    this.become({ kind: 'starting' });
    const interpreter = await findInterpreter({
      configured: serverInterpreter(),
      folders: vscode.workspace.workspaceFolders?.map((folder) => folder.uri.fsPath) ?? [],
      home: this.home,
      log: this.log,
    });
    if (!interpreter) {
      this.become({ kind: 'missing' });
      return;
    }
    const client = createClient(interpreter, this.log, this.around);
    this.listen(client);
    lendModels(client, this.access);
    this.running = client;
    try {
      await client.start();
    } catch (error) {
      this.log.error(String(error));
      this.become({ kind: 'stopped' });
    }
  }

  private listen(client: LanguageClient): void {
    client.onDidChangeState(({ newState }) => {
      if (this.running !== client) {
        return; // It is being replaced; its successor speaks now.
      }
      const kinds = { [State.Running]: 'running', [State.Stopped]: 'stopped' } as const;
      const kind = newState === State.Running || newState === State.Stopped ? kinds[newState] : 'starting';
      this.become(kind === 'running' ? { kind, status: READY } : { kind });
    });
    client.onNotification(JOB_STATE, (job: JobState) => { this.jobs.fire(job); });
    client.onNotification(CANDIDATE, (candidate: Candidate) => { this.candidates.fire(candidate); });
    client.onNotification(STATUS, (status: ServerStatus) => {
      if (this.client === client) {
        this.become({ kind: 'running', status });
      }
    });
  }

  private become(state: ServerState): void {
    this.current = state;
    this.changed.fire(state);
  }
}
