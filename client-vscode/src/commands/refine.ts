/** Refine the function at the cursor; stop what runs. */
import * as vscode from 'vscode';
import { CodeActionRequest, CodeActionTriggerKind, type CodeAction, type Command } from 'vscode-languageclient/node';
import type { JobReader } from '../jobs/store';
import type { Call, JobState, ServerCommand } from '../protocol';
import type { Server } from '../server/server';
import { SELECTOR } from '../server/client';

const KIND = 'refactor.rewrite.orps';
const REFINE: ServerCommand = 'orps.server.refine';
const ON_SAVE: ServerCommand = 'orps.server.onSave';
const STOP: ServerCommand = 'orps.server.stop';

/** Does at the cursor what the code action of the light bulb would do, and says why when there is none. */
export async function refineFunction(server: Server): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (!editor || vscode.languages.match(SELECTOR, editor.document) === 0) {
    say(vscode.l10n.t('Put the cursor into a function of a Python file first.'));
    return;
  }
  const actions = await codeActions(server, editor);
  const action = actions.find((one) => one.command?.command === REFINE && !one.disabled);
  if (action?.command) {
    await vscode.commands.executeCommand(REFINE, ...(action.command.arguments ?? []) as unknown[]);
    return;
  }
  if (actions.some((one) => one.command?.command === STOP)) {
    say(vscode.l10n.t('ORPS is refining this function already.'));
    return;
  }
  const reason = actions.find((one) => one.disabled)?.disabled?.reason;
  say(reason ?? vscode.l10n.t('There is no function at the cursor that ORPS can refine.'));
}

/** Lets the person pick what to look for, with the reason where that cannot be done. */
export async function refineFor(server: Server): Promise<void> {
  const actions = await atCursor(server);
  const items = actions
    .filter((one) => one.command?.command === REFINE || one.disabled)
    .map((action) => ({ label: action.title.replace(/^ORPS: /, ''), description: action.disabled?.reason ?? '', action }));
  if (items.length === 0) {
    say(vscode.l10n.t('There is no function at the cursor that ORPS can refine.'));
    return;
  }
  const picked = await vscode.window.showQuickPick(items, { placeHolder: vscode.l10n.t('What should be better?') });
  await run(picked?.action);
}

/** Chooses the function at the cursor to be refined on every save, or leaves it out again. */
export async function toggleOnSave(server: Server): Promise<void> {
  const action = (await atCursor(server)).find((one) => one.command?.command === ON_SAVE);
  if (!action) {
    say(vscode.l10n.t('Put the cursor into a function of a Python file first.'));
    return;
  }
  await run(action);
}

async function run(action: CodeAction | undefined): Promise<void> {
  if (action?.command && !action.disabled) {
    await vscode.commands.executeCommand(action.command.command, ...(action.command.arguments ?? []) as unknown[]);
  }
}

async function atCursor(server: Server): Promise<CodeAction[]> {
  const editor = vscode.window.activeTextEditor;
  return editor && vscode.languages.match(SELECTOR, editor.document) > 0 ? codeActions(server, editor) : [];
}

async function codeActions(server: Server, editor: vscode.TextEditor): Promise<CodeAction[]> {
  const client = server.client;
  if (!client) {
    throw new Error(vscode.l10n.t('The ORPS server is not running.'));
  }
  const answer = await client.sendRequest(CodeActionRequest.type, {
    textDocument: client.code2ProtocolConverter.asTextDocumentIdentifier(editor.document),
    range: client.code2ProtocolConverter.asRange(editor.selection),
    context: { diagnostics: [], only: [KIND], triggerKind: CodeActionTriggerKind.Invoked },
  });
  const isAction = (item: CodeAction | Command): item is CodeAction => typeof item.command !== 'string';
  return (answer ?? []).filter(isAction);
}

/** Stops the one running job, or the one that the person picks. */
export async function stop(store: JobReader, call: Call): Promise<void> {
  const running = store.jobs.filter((job) => job.state === 'running');
  const job = running.length > 1 ? await pick(running) : running[0];
  if (job) {
    await call(STOP, { jobId: job.jobId });
  }
}

async function pick(jobs: readonly JobState[]): Promise<JobState | undefined> {
  const items = jobs.map((job) => ({ label: job.qualname, description: job.message, job }));
  return (await vscode.window.showQuickPick(items, { placeHolder: vscode.l10n.t('Stop which run?') }))?.job;
}

function say(text: string): void {
  void vscode.window.showInformationMessage(text);
}
