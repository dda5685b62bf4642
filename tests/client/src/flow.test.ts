/** From the light bulb to the saved file and back. */
import * as assert from 'node:assert';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as vscode from 'vscode';
import type { Api } from '../../../client-vscode/src/api';
import type { Applied } from '../../../client-vscode/src/protocol';
import { actionsAt, bestOf, client, lineOf, open, openDiffs, refine, restore, shownDiff, until } from './editor';

describe('refining a function', () => {
  let api: Api;
  let document: vscode.TextDocument;
  let original: string;
  let better: string;

  before(async () => {
    document = await open('lists.py');
    original = document.getText();
    api = await client();
  });
  after(() => restore(document, original));

  it('is offered on the function and not outside', async () => {
    const inside = await actionsAt(document, lineOf(document, 'def common('));
    assert.ok(inside.some((action) => action.command?.command === 'orps.server.refine'), 'nothing on the function');
    assert.deepStrictEqual(await actionsAt(document, 0), []);
  });

  it('finds a candidate in the background, and leaves the document alone', async () => {
    const candidate = await bestOf(api, await refine(document, 'common'));
    assert.strictEqual(candidate.qualname, 'common');
    assert.ok((candidate.ratio ?? 0) > 1, `ratio ${candidate.ratio}`);
    assert.strictEqual(document.getText(), original);
    assert.strictEqual(openDiffs(), 0);
  });

  it('shows it in a diff whose right side is the whole new file', async () => {
    await vscode.commands.executeCommand('orps.review');
    const { title, left, right } = await shownDiff();
    assert.strictEqual(left.toString(), document.uri.toString());
    assert.match(title, /^common: current ↔ .*×/);
    better = (await vscode.workspace.openTextDocument(right)).getText();
    const [before, after] = original.split(/^def common[^]*?(?=^LAST)/m);
    assert.ok(better.startsWith(`${before}def common(first: list[int], second: list[int])`) && better.endsWith(after ?? ''), better);
    assert.notStrictEqual(better, original);
  });

  it('has the evidence at hand', async () => {
    await vscode.commands.executeCommand('orps.showEvidence');
    const evidence = await until(
      () => vscode.workspace.textDocuments.find((one) => one.uri.scheme === 'orps-evidence'), 'the evidence');
    assert.match(evidence.getText(), /test/i);
    await until(() => vscode.window.tabGroups.activeTabGroup.activeTab?.input instanceof vscode.TabInputWebview, 'its preview');
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
  });

  it('applies it to the buffer, closes the diff and saves nothing', async () => {
    const answer = await vscode.commands.executeCommand<Applied>('orps.apply');
    assert.strictEqual(answer.applied, true, answer.reason ?? '');
    assert.strictEqual(document.getText(), better);
    assert.strictEqual(openDiffs(), 0);
    assert.ok(document.isDirty);
    assert.strictEqual(fs.readFileSync(document.uri.fsPath, 'utf8'), original);
  });

  it('leaves a file whose tests pass when it is saved', async () => {
    await until(async () => !document.isDirty || document.save(), 'a document that is saved');
    await until(() => fs.readFileSync(document.uri.fsPath, 'utf8') !== original, 'the saved file');
    assert.strictEqual(fs.readFileSync(document.uri.fsPath, 'utf8'), better);
    const python = process.env.ORPS_TEST_PYTHON ?? 'python3';
    execFileSync(python, ['-m', 'doctest', document.uri.fsPath]);
  });

  it('is undone in one step, exactly', async () => {
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand('undo');
    assert.strictEqual(document.getText(), original);
  });
});
