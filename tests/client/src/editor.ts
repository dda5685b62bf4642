/** What every suite does in the editor: open, edit, wait, run, and leave it as it was. */
import * as assert from 'node:assert';
import * as vscode from 'vscode';
import type { Api } from '../../../client-vscode/src/api';
import type { Candidate, JobState } from '../../../client-vscode/src/protocol';

const KIND = 'refactor.rewrite.orps';

export async function client(): Promise<Api> {
  const extension = vscode.extensions.getExtension<Api>('orps.orps');
  assert.ok(extension, 'the client is not installed');
  const api = await extension.activate();
  await until(() => api.server.state.kind === 'running', 'the server runs', 120_000);
  return api;
}

type Look<T> = T | undefined | false;

/** The first thing that `look` finds; fails with what was awaited. */
export async function until<T>(look: () => Look<T> | Promise<Look<T>>, what: string, ms = 60_000): Promise<T> {
  for (const end = Date.now() + ms; Date.now() < end;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) { return seen; }
    await new Promise((done) => setTimeout(done, 25));
  }
  throw new Error(`it never came: ${what}`);
}

export async function open(name: string): Promise<vscode.TextDocument> {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  assert.ok(folder, 'no folder is open');
  const document = await vscode.workspace.openTextDocument(vscode.Uri.joinPath(folder.uri, name));
  await vscode.window.showTextDocument(document);
  return document;
}

export async function type(document: vscode.TextDocument, line: number, text: string): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  edit.insert(document.uri, new vscode.Position(line, 0), text);
  assert.ok(await vscode.workspace.applyEdit(edit));
}

/** Puts the saved file back to `text` and closes every editor. */
export async function restore({ uri }: vscode.TextDocument, text: string): Promise<void> {
  const document = await vscode.workspace.openTextDocument(uri); // who opened it may have closed it
  const edit = new vscode.WorkspaceEdit();
  edit.replace(uri, new vscode.Range(0, 0, document.lineCount, 0), text);
  await vscode.workspace.applyEdit(edit);
  await document.save();
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
}

export function lineOf(document: vscode.TextDocument, text: string): number {
  const offset = document.getText().indexOf(text);
  assert.notStrictEqual(offset, -1, `${text} is not in the document`);
  return document.positionAt(offset).line;
}

export async function actionsAt(document: vscode.TextDocument, line: number): Promise<vscode.CodeAction[]> {
  for (const end = Date.now() + 60_000; ;) {
    try {
      return await vscode.commands.executeCommand('vscode.executeCodeActionProvider',
        document.uri, new vscode.Range(line, 0, line, 0), KIND);
    } catch (error) {
      // VS Code takes a question back when providers come or go meanwhile, and a light bulb asks again.
      if (!(error instanceof Error && error.name === 'Canceled' && Date.now() < end)) { throw error; }
    }
  }
}

/** Chooses the code action on the function, as the light bulb does, and returns the id of the job. */
export async function refine(document: vscode.TextDocument, name: string): Promise<string> {
  let command: vscode.Command | undefined;
  // The client says that it runs a moment before VS Code has registered its providers.
  for (const end = Date.now() + 60_000; !command && Date.now() < end;) {
    const actions = await actionsAt(document, lineOf(document, `def ${name}(`));
    command = actions.map((action) => action.command).find((one) => one?.command === 'orps.server.refine');
  }
  assert.ok(command, 'no action that refines');
  const answer = await vscode.commands.executeCommand<{ jobId: string }>(command.command, ...command.arguments ?? []);
  assert.ok(answer.jobId, JSON.stringify(answer));
  return answer.jobId;
}

export async function ended(api: Api, jobId: string): Promise<JobState> {
  const isOver = (job?: JobState) => job && job.state !== 'running' && job;
  return until(() => isOver(api.jobs.job(jobId)), 'the end of the run', 180_000);
}

export async function bestOf(api: Api, jobId: string): Promise<Candidate> {
  const job = await ended(api, jobId);
  return until(() => api.jobs.candidates(jobId)[0], `a candidate, the run said: ${job.message}`);
}

/** A candidate for `common` as it is now: undoing an edit revives the one of an earlier run. */
export async function candidate(api: Api, document: vscode.TextDocument): Promise<Candidate> {
  const uri = document.uri.toString();
  const usable = () => api.jobs.jobs.find((job) => job.uri === uri && job.state === 'done' && job.candidates > 0);
  const job = usable() ?? (api.jobs.best(uri) && await until(usable, 'the candidate is revived'));
  return bestOf(api, job?.jobId ?? await refine(document, 'common'));
}

export async function shownDiff(): Promise<{ title: string; left: vscode.Uri; right: vscode.Uri }> {
  return until(() => {
    const tab = vscode.window.tabGroups.activeTabGroup.activeTab;
    return tab?.input instanceof vscode.TabInputTextDiff
      && { title: tab.label, left: tab.input.original, right: tab.input.modified };
  }, 'a diff in front');
}

export function openDiffs(): number {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  return tabs.filter((tab) => tab.input instanceof vscode.TabInputTextDiff).length;
}
