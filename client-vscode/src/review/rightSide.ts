/** The right side of a review: the whole file as it would be after Apply, kept in step with the left side. */
import * as vscode from 'vscode';
import type { JobReader } from '../jobs/store';
import { isRefusal, type Call } from '../protocol';
import { leftSideOf, refOf, RIGHT_SIDE } from './uris';

const QUIET_MS = 150;

export class RightSide implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  private readonly pending = new Map<string, NodeJS.Timeout>();
  private readonly shown = new Map<string, string>();
  private readonly subscriptions: vscode.Disposable;

  readonly onDidChange = this.changed.event;

  constructor(private readonly call: Call, store: JobReader) {
    this.subscriptions = vscode.Disposable.from(
      this.changed,
      vscode.workspace.registerTextDocumentContentProvider(RIGHT_SIDE, this),
      vscode.workspace.onDidChangeTextDocument(({ document }) => { this.refresh(document.uri); }),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.shown.delete(uri.toString())),
      store.onDidChange(() => { this.refresh(); }),
    );
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const ref = refOf(uri);
    const answer = ref && await this.call('orps.server.content', ref);
    if (answer && !isRefusal(answer)) {
      this.shown.set(uri.toString(), answer.text);
      return answer.text;
    }
    // The candidate is out of date. What was seen last explains itself better than an empty page.
    return this.shown.get(uri.toString()) ?? (await vscode.workspace.openTextDocument(leftSideOf(uri))).getText();
  }

  dispose(): void {
    this.pending.forEach((timer) => { clearTimeout(timer); });
    this.subscriptions.dispose();
  }

  /** Renders the open right sides anew: those of one file, or all. */
  private refresh(file?: vscode.Uri): void {
    for (const { uri } of vscode.workspace.textDocuments) {
      if (uri.scheme === RIGHT_SIDE && (file === undefined || leftSideOf(uri).toString() === file.toString())) {
        this.soon(uri);
      }
    }
  }

  private soon(uri: vscode.Uri): void {
    const key = uri.toString();
    clearTimeout(this.pending.get(key));
    this.pending.set(key, setTimeout(() => {
      this.pending.delete(key);
      this.changed.fire(uri);
    }, QUIET_MS));
  }
}
