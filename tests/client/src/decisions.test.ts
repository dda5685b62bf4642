/** Dismissing, walking, stopping, saving: what the person decides. */
import * as assert from 'node:assert';
import * as fs from 'node:fs';
import * as vscode from 'vscode';
import type { Api } from '../../../client-vscode/src/api';
import { bestOf, candidate, client, ended, lineOf, open, openDiffs, refine, restore, shownDiff, until } from './editor';

describe('deciding', () => {
  let api: Api;
  let document: vscode.TextDocument;
  let original: string;

  before(async () => {
    document = await open('lists.py');
    original = document.getText();
    api = await client();
  });
  beforeEach(async () => { document = await open('lists.py'); });
  afterEach(() => restore(document, original));

  it('dismiss takes the candidate away and closes its diff', async () => {
    const found = await candidate(api, document);
    await vscode.commands.executeCommand('orps.review', found);
    await shownDiff();
    await vscode.commands.executeCommand('orps.dismiss');
    await until(() => api.jobs.find(found) === undefined, 'the candidate is gone');
    assert.strictEqual(openDiffs(), 0);
    assert.strictEqual(document.getText(), original);
  });

  it('next and previous walk through the candidates in one diff', async () => {
    const jobId = await refine(document, 'common');
    await bestOf(api, jobId);
    assert.ok(api.jobs.candidates(jobId).length > 1, 'the run found only one');
    await vscode.commands.executeCommand('orps.review');
    const first = (await shownDiff()).right.toString();
    await vscode.commands.executeCommand('orps.nextCandidate');
    assert.notStrictEqual((await shownDiff()).right.toString(), first);
    assert.strictEqual(openDiffs(), 1);
    await vscode.commands.executeCommand('orps.previousCandidate');
    assert.strictEqual((await shownDiff()).right.toString(), first);
  });

  it('stop ends the run', async () => {
    const waiting = await open('waiting.py');
    const jobId = await refine(waiting, 'wait');
    await until(() => api.jobs.job(jobId)?.state === 'running', 'the run has begun');
    await vscode.commands.executeCommand('orps.stop');
    assert.strictEqual((await ended(api, jobId)).state, 'cancelled');
  });

  it('the command refines the function at the cursor', async () => {
    const editor = await vscode.window.showTextDocument(document);
    const inside = new vscode.Position(lineOf(document, '    found = 0'), 4);
    editor.selection = new vscode.Selection(inside, inside);
    const known = new Set(api.jobs.jobs.map((job) => job.jobId));
    await vscode.commands.executeCommand('orps.refineFunction');
    const job = await until(() => api.jobs.jobs.find(({ jobId }) => !known.has(jobId)), 'a new run');
    assert.strictEqual(job.qualname, 'common');
    await vscode.commands.executeCommand('orps.stop');
    await ended(api, job.jobId);
  });

  it('the command starts nothing outside a function', async () => {
    const editor = await vscode.window.showTextDocument(document);
    editor.selection = new vscode.Selection(0, 0, 0, 0);
    const known = api.jobs.jobs.map((job) => job.jobId);
    await vscode.commands.executeCommand('orps.refineFunction');
    assert.deepStrictEqual(api.jobs.jobs.map((job) => job.jobId), known);
  });

  it('apply saves when the setting says so', async () => {
    const settings = vscode.workspace.getConfiguration('orps', document.uri);
    const found = await candidate(api, document);
    await settings.update('saveAfterApply', true, vscode.ConfigurationTarget.Workspace);
    try {
      await vscode.commands.executeCommand('orps.apply', found);
    } finally {
      await settings.update('saveAfterApply', undefined, vscode.ConfigurationTarget.Workspace);
    }
    assert.notStrictEqual(document.getText(), original);
    assert.strictEqual(fs.readFileSync(document.uri.fsPath, 'utf8'), document.getText());
  });
});
